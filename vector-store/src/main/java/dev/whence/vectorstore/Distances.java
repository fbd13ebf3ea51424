package dev.whence.vectorstore;

/** Distances by direct differences in double precision: what a search answers with. */
final class Distances {
    private Distances() {}

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
