package dev.whence.attributor.training;

import dev.whence.attributor.space.EncoderDescription;
import java.util.List;

/**
 * What the training of an encoder is asked for.
 *
 * @param name of the embedding space, as {@code SL}
 * @param size side of the square images it sees, in pixels, at least 8
 * @param dimension number of features, a multiple of 4
 * @param epochs passes over the training images, at least 1
 * @param seed of everything random: the same seed, images and threads give the same encoder
 * @param threads at least 1
 */
public record EncoderSettings(
        String name, EncoderKind kind, int size, int dimension, int epochs, long seed, int threads) {
    public static final int DEFAULT_SIZE = 32;
    public static final int DEFAULT_EPOCHS = 10;
    public static final int DEFAULT_DIMENSION = 128;

    public EncoderSettings {
        EncoderDescription.requireName(name);
        if (epochs < 1) {
            throw new IllegalArgumentException("Train at least 1 epoch, not " + epochs);
        }
        if (dimension < 4 || dimension % 4 != 0) {
            throw new IllegalArgumentException("The dimension must be a multiple of 4, not " + dimension);
        }
    }

    /** Channels of the network's stages. */
    List<Integer> widths() {
        return List.of(dimension / 4, dimension / 2, dimension);
    }
}
