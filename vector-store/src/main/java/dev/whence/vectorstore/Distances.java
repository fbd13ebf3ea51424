package dev.whence.vectorstore;

import dev.whence.vectorstore.ReferenceCollection.Metric;

/** Distances by direct differences in double precision: what a search answers with. */
public final class Distances {
    private Distances() {}

    /** The distance in this metric. */
    public static double between(float[] a, float[] b, Metric metric) {
        return switch (metric) {
            case L2 -> Math.sqrt(squared(a, b));
            case COSINE -> 1 - cosine(a, b);
        };
    }

    /** Cosine of the angle, never beyond -1 and 1; NaN where a vector is all zeros. */
    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaredA = 0;
        double squaredB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaredA += (double) a[i] * a[i];
            squaredB += (double) b[i] * b[i];
        }
        return Math.max(-1, Math.min(1, product / (Math.sqrt(squaredA) * Math.sqrt(squaredB))));
    }

    /**
     * Squared L2 distance. The order of the sum is fixed, so the same two vectors always give the same bits.
     *
     * <p>Four sums, because one would wait for itself at every step.
     */
    static double squared(float[] a, float[] b) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = 0;
        for (; i <= a.length - 4; i += 4) {
            double difference0 = (double) a[i] - b[i];
            double difference1 = (double) a[i + 1] - b[i + 1];
            double difference2 = (double) a[i + 2] - b[i + 2];
            double difference3 = (double) a[i + 3] - b[i + 3];
            sum0 += difference0 * difference0;
            sum1 += difference1 * difference1;
            sum2 += difference2 * difference2;
            sum3 += difference3 * difference3;
        }
        for (; i < a.length; i++) {
            double difference = (double) a[i] - b[i];
            sum0 += difference * difference;
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }
}
