package dev.whence.attributor.training;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What an encoder learns from. */
public enum EncoderKind {
    /** Tells the classes of labelled images apart. */
    SUPERVISED("SL"),
    /** Gives two distorted views of one image the same features, without labels (Zbontar et al. 2021). */
    BARLOW_TWINS("SSL");

    private final String space;

    EncoderKind(String space) {
        this.space = space;
    }

    /** As it is written: {@code supervised}, {@code barlow-twins}. */
    public static EncoderKind named(String name) {
        return Arrays.stream(values())
                .filter(k -> k.written().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no kind of encoder '%s': choose one of %s"
                        .formatted(
                                name,
                                Arrays.stream(values())
                                        .map(EncoderKind::written)
                                        .collect(Collectors.joining(", ")))));
    }

    public String written() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The usual name of the space of such an encoder's features. */
    public String space() {
        return space;
    }
}
