package dev.whence.attributor.evaluation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * How far apart the classes lie in a feature space, in units of their own spread (FDR; Song, Khayatkhoei and AbdAlmageed, CVPR 2024).
 *
 * <p>Both distances grow as samples shrink, and the halves are the smaller samples: compare only figures of the same images.
 *
 * @param between mean Frechet distance between the features of two different classes; NaN for fewer than two classes
 * @param within mean Frechet distance between two random halves of one class; NaN without classes
 */
public record FrechetDistanceRatio(double between, double within) {
    /** A class needs two images in each half. */
    public static final int LEAST_IMAGES = 4;

    private static final int SPLITS = 5;

    /**
     * Measures; the halves of each class are drawn {@value #SPLITS} times.
     *
     * @param classes {@code [image][dimension]} of each class
     * @param seed of the halves
     * @throws IllegalArgumentException when a class has fewer than {@value #LEAST_IMAGES} images
     */
    public static FrechetDistanceRatio of(List<float[][]> classes, long seed) {
        for (float[][] features : classes) {
            if (features.length < LEAST_IMAGES) {
                throw new IllegalArgumentException("The Frechet distance ratio needs %d images of each class, not %d"
                        .formatted(LEAST_IMAGES, features.length));
            }
        }
        List<Gaussian> gaussians = classes.stream().map(Gaussian::of).toList();
        List<Double> between = new ArrayList<>();
        for (int i = 0; i < gaussians.size(); i++) {
            for (int j = 0; j < i; j++) {
                between.add(gaussians.get(i).frechetDistance(gaussians.get(j)));
            }
        }
        Random random = new Random(seed);
        List<Double> within = new ArrayList<>();
        for (float[][] features : classes) {
            for (int split = 0; split < SPLITS; split++) {
                within.add(halves(features, random));
            }
        }
        return new FrechetDistanceRatio(mean(between), mean(within));
    }

    /** Between over within; NaN where either is. */
    public double ratio() {
        return between / within;
    }

    private static double halves(float[][] features, Random random) {
        List<float[]> shuffled = new ArrayList<>(List.of(features));
        Collections.shuffle(shuffled, random);
        int half = shuffled.size() / 2;
        return Gaussian.of(shuffled.subList(0, half).toArray(float[][]::new))
                .frechetDistance(
                        Gaussian.of(shuffled.subList(half, shuffled.size()).toArray(float[][]::new)));
    }

    private static double mean(List<Double> distances) {
        return distances.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }
}
