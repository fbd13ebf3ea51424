package dev.whence.attributor.openset;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Fingerprints of known sources that novelty is measured from. */
public record KnownFingerprints(List<float[][]> byClass) {
    /** More of one source change the scores little and fill the bundle. */
    public static final int MOST_OF_A_CLASS = 200;

    /** @param byClass {@code [class][image]}, at least one of each class */
    public KnownFingerprints {
        byClass = List.copyOf(byClass);
        if (byClass.stream().anyMatch(rows -> rows.length == 0)) {
            throw new IllegalArgumentException("A known source has no fingerprints: train with images of each");
        }
    }

    /** At most {@value #MOST_OF_A_CLASS} of each class, evenly spread over those there are. */
    public KnownFingerprints sample() {
        return new KnownFingerprints(
                byClass.stream().map(KnownFingerprints::sample).toList());
    }

    private static float[][] sample(float[][] rows) {
        float[][] sample = new float[Math.min(MOST_OF_A_CLASS, rows.length)][];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = rows[(int) ((long) i * rows.length / sample.length)];
        }
        return sample;
    }

    /** Mean of each class, as a bundle keeps it. */
    public float[][] prototypes() {
        return Arrays.stream(means())
                .map(mean -> {
                    float[] prototype = new float[mean.length];
                    for (int i = 0; i < prototype.length; i++) {
                        prototype[i] = (float) mean[i];
                    }
                    return prototype;
                })
                .toArray(float[][]::new);
    }

    Stream<float[]> all() {
        return byClass.stream().flatMap(Stream::of);
    }

    int dimension() {
        return byClass.get(0)[0].length;
    }

    /** Mean of each class. */
    double[][] means() {
        return byClass.stream().map(KnownFingerprints::mean).toArray(double[][]::new);
    }

    private static double[] mean(float[][] rows) {
        double[] mean = new double[rows[0].length];
        for (float[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i];
            }
        }
        for (int i = 0; i < mean.length; i++) {
            mean[i] /= rows.length;
        }
        return mean;
    }
}
