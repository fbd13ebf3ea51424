package dev.whence.attributor.openset;

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

    /** At most {@value #MOST_OF_A_CLASS} of each class, evenly spread over those given. */
    public static float[][] sample(List<float[]> fingerprints) {
        int count = Math.min(MOST_OF_A_CLASS, fingerprints.size());
        float[][] sample = new float[count][];
        for (int i = 0; i < count; i++) {
            sample[i] = fingerprints.get((int) ((long) i * fingerprints.size() / count));
        }
        return sample;
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
