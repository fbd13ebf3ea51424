package dev.whence.vectorstore;

/** Lengths and distances by direct sums in double precision: what a search answers with. */
final class Distances {
    private Distances() {}

    static double[] scaled(float[] vector, double scale) {
        double[] scaled = new double[vector.length];
        for (int i = 0; i < vector.length; i++) {
            scaled[i] = vector[i] * scale;
        }
        return scaled;
    }

    /**
     * Squared L2 distance of two vectors, the second multiplied with its scale. The order of the sum is fixed, so the same
     * vectors always give the same bits.
     *
     * <p>Four sums, because one would wait for itself at every step.
     */
    static double squared(double[] a, float[] b, double scaleB) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = 0;
        for (; i <= a.length - 4; i += 4) {
            double difference0 = a[i] - b[i] * scaleB;
            double difference1 = a[i + 1] - b[i + 1] * scaleB;
            double difference2 = a[i + 2] - b[i + 2] * scaleB;
            double difference3 = a[i + 3] - b[i + 3] * scaleB;
            sum0 += difference0 * difference0;
            sum1 += difference1 * difference1;
            sum2 += difference2 * difference2;
            sum3 += difference3 * difference3;
        }
        for (; i < a.length; i++) {
            double difference = a[i] - b[i] * scaleB;
            sum0 += difference * difference;
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    static double squaredLength(double[] vector) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = 0;
        for (; i <= vector.length - 4; i += 4) {
            sum0 += vector[i] * vector[i];
            sum1 += vector[i + 1] * vector[i + 1];
            sum2 += vector[i + 2] * vector[i + 2];
            sum3 += vector[i + 3] * vector[i + 3];
        }
        for (; i < vector.length; i++) {
            sum0 += vector[i] * vector[i];
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    static double length(float[] vector) {
        double sum = 0;
        for (float component : vector) {
            sum += (double) component * component;
        }
        return Math.sqrt(sum);
    }
}
