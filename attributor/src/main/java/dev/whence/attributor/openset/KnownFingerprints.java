package dev.whence.attributor.openset;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Fingerprints of known sources that novelty is measured from.
 *
 * @param trained {@code [class][image]}, of images the network was trained on: it draws them closer together than any others
 * @param heldOut {@code [class][image]}, of other images of the same classes: what is set on fingerprints is set on these
 */
public record KnownFingerprints(List<float[][]> trained, List<float[][]> heldOut) {
    /** More of one source change the scores little and fill the bundle. */
    public static final int MOST_OF_A_CLASS = 200;

    /** Every so many held-out fingerprints are left out of a fit at a time. */
    static final int FOLDS = 5;

    public KnownFingerprints {
        trained = List.copyOf(trained);
        heldOut = List.copyOf(heldOut);
        if (trained.size() != heldOut.size()) {
            throw new IllegalArgumentException(
                    "%d classes trained, %d held out".formatted(trained.size(), heldOut.size()));
        }
        if (trained.stream().anyMatch(rows -> rows.length == 0)) {
            throw new IllegalArgumentException("A known source has no fingerprints: train with images of each");
        }
    }

    /** None held out. */
    public KnownFingerprints(List<float[][]> trained) {
        this(trained, trained.stream().map(rows -> new float[0][]).toList());
    }

    /** At most {@value #MOST_OF_A_CLASS} trained and as many held out of each class, evenly spread over those there are. */
    public KnownFingerprints sample() {
        return new KnownFingerprints(
                trained.stream().map(KnownFingerprints::sample).toList(),
                heldOut.stream().map(KnownFingerprints::sample).toList());
    }

    private static float[][] sample(float[][] rows) {
        float[][] sample = new float[Math.min(MOST_OF_A_CLASS, rows.length)][];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = rows[(int) ((long) i * rows.length / sample.length)];
        }
        return sample;
    }

    /** {@code [class][image]}: those trained and then those held out. */
    public List<float[][]> byClass() {
        return IntStream.range(0, trained.size())
                .mapToObj(c -> Stream.concat(Stream.of(trained.get(c)), Stream.of(heldOut.get(c)))
                        .toArray(float[][]::new))
                .toList();
    }

    /** Mean of each class, as a bundle keeps it. */
    public float[][] prototypes() {
        return byClass().stream().map(rows -> prototype(List.of(rows))).toArray(float[][]::new);
    }

    /** Mean of the fingerprints of one source, at least one. */
    public static float[] prototype(List<float[]> fingerprints) {
        double[] mean = mean(fingerprints.toArray(float[][]::new));
        float[] prototype = new float[mean.length];
        for (int i = 0; i < prototype.length; i++) {
            prototype[i] = (float) mean[i];
        }
        return prototype;
    }

    /** Without every {@value #FOLDS}-th of those held out, from this fold's on. */
    KnownFingerprints without(int fold) {
        return new KnownFingerprints(
                trained,
                heldOut.stream()
                        .map(rows -> IntStream.range(0, rows.length)
                                .filter(i -> i % FOLDS != fold)
                                .mapToObj(i -> rows[i])
                                .toArray(float[][]::new))
                        .toList());
    }

    /** Those that {@link #without} leaves out. */
    Stream<float[]> fold(int fold) {
        return heldOut.stream()
                .flatMap(rows -> IntStream.range(0, rows.length)
                        .filter(i -> i % FOLDS == fold)
                        .mapToObj(i -> rows[i]));
    }

    Stream<float[]> all() {
        return byClass().stream().flatMap(Stream::of);
    }

    int dimension() {
        return trained.get(0)[0].length;
    }

    /** Mean of each class. */
    double[][] means() {
        return byClass().stream().map(KnownFingerprints::mean).toArray(double[][]::new);
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
