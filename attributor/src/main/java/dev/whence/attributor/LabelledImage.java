package dev.whence.attributor;

/** @param label the generator's name, or {@code real} */
public record LabelledImage(String label, EncodedImage image) {}
