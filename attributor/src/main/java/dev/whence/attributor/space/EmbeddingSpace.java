package dev.whence.attributor.space;

import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A space in which the real data manifold is estimated: a name and a way to embed images. Four are built in; every image
 * encoder makes a further one.
 */
public sealed interface EmbeddingSpace permits ImageSpace, EncoderSpace {
    /** Pixels in [0, 1] (Song et al. 2024, section 3). */
    EmbeddingSpace RGB = ImageSpace.RGB;

    /** Per channel: log-magnitude of the shifted two-dimensional Fourier transform (Song et al. 2024, section 3). */
    EmbeddingSpace FREQ = ImageSpace.FREQ;

    /** High-pass residual of the pixels. */
    EmbeddingSpace RESIDUAL = ImageSpace.RESIDUAL;

    /** Statistics of the pixels: co-occurrences of residuals, block cosine magnitudes, distribution of values. */
    EmbeddingSpace STATISTICS = ImageSpace.STATISTICS;

    List<EmbeddingSpace> BUILT_IN = List.of(RGB, FREQ, RESIDUAL, STATISTICS);

    /**
     * The built-in space of that name, in any case.
     *
     * @throws IllegalArgumentException when there is none
     */
    static EmbeddingSpace named(String name) {
        String wanted = name.toUpperCase(Locale.ROOT);
        return BUILT_IN.stream()
                .filter(space -> space.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no embedding space %s: name some of %s, or an encoder's folder with --encoder"
                                .formatted(name, BUILT_IN)));
    }

    /** Whether it is the name of a built-in space. */
    static boolean isBuiltIn(String name) {
        return BUILT_IN.stream().anyMatch(space -> space.name().equals(name));
    }

    /**
     * The features of the encoder in a folder.
     *
     * @throws IllegalArgumentException when it is no encoder's folder, or its graph is not the one that is described
     */
    static EncoderSpace ofEncoder(Path folder) {
        EncoderDescription description = EncoderDescription.read(folder);
        return new EncoderSpace(description, description.graph(folder));
    }

    String name();

    /**
     * Shape of one embedding: 3 x size x size where it is an image again, else a single dimension.
     *
     * @param size side length of the canonical images, in pixels
     */
    Shape shape(int size);

    /** Hash of what embeds images of this side length in this space. */
    String sha256(int size);

    /** Which component of an image's embedding is this one of the mirrored image's embedding. */
    int mirrored(int component, int size);
}
