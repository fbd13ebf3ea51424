package dev.whence.attributor.training;

import dev.whence.attributor.projection.View;
import java.util.List;
import java.util.Set;

/**
 * What a training is asked for.
 *
 * @param name name of the bundle
 * @param seed of everything random: the same seed, data and threads give the same bundle
 * @param epochs passes over the training images, at least 1
 * @param views of some of the reference's spaces; a network is trained for each
 * @param neighbours number of reference points the mean or the affine hull is made of
 * @param augmented whether every training image comes once more, perturbed
 * @param testShare share of the images, chosen by their names, that training never sees: in [0, 0.8]
 * @param falsePositiveRate share of known validation images that may count as new, in (0, 1)
 * @param threads at least 1
 */
public record TrainingSettings(
        String name,
        long seed,
        int epochs,
        List<View> views,
        int neighbours,
        boolean augmented,
        double testShare,
        double falsePositiveRate,
        int threads) {

    public static final int DEFAULT_EPOCHS = 12;
    public static final int DEFAULT_NEIGHBOURS = 64;
    public static final double DEFAULT_TEST_SHARE = 0.2;
    public static final double DEFAULT_FALSE_POSITIVE_RATE = 0.05;

    /** Share of the images that choose what descent does not. */
    static final double VALIDATION_SHARE = 0.1;

    public TrainingSettings {
        if (epochs < 1) {
            throw new IllegalArgumentException("Train at least 1 epoch, not " + epochs);
        }
        if (testShare < 0 || testShare > 0.8) {
            throw new IllegalArgumentException("The test share must be 0 to 0.8, not " + testShare);
        }
        if (!(falsePositiveRate > 0 && falsePositiveRate < 1)) {
            throw new IllegalArgumentException(
                    "The false positive rate must be between 0 and 1, not " + falsePositiveRate);
        }
        views = List.copyOf(views);
        if (views.isEmpty() || Set.copyOf(views).size() < views.size()) {
            throw new IllegalArgumentException("Name at least one space, and none twice with the same projection");
        }
        if (neighbours < 1) {
            throw new IllegalArgumentException("A projection needs at least 1 neighbour, not " + neighbours);
        }
    }

    /** The same with another seed. */
    public TrainingSettings withSeed(long other) {
        return new TrainingSettings(
                name, other, epochs, views, neighbours, augmented, testShare, falsePositiveRate, threads);
    }
}
