package dev.whence.attributor;

/** @param label the generator's name, or {@code real}; where an encoder is trained, the image's folder */
public record LabelledImage(String label, EncodedImage image) {}
