package dev.whence.vectorstore;

/** Lengths and distances by direct sums in double precision: what a search answers with. */
final class Distances {
    private Distances() {}

    /**
     * Squared L2 distance of two vectors, each multiplied with its scale. The order of the sum is fixed, so the same
     * vectors always give the same bits.
     *
     * <p>Four sums, because one would wait for itself at every step.
     */
    static double squared(float[] a, double scaleA, float[] b, double scaleB) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = 0;
        for (; i <= a.length - 4; i += 4) {
            double difference0 = a[i] * scaleA - b[i] * scaleB;
            double difference1 = a[i + 1] * scaleA - b[i + 1] * scaleB;
            double difference2 = a[i + 2] * scaleA - b[i + 2] * scaleB;
            double difference3 = a[i + 3] * scaleA - b[i + 3] * scaleB;
            sum0 += difference0 * difference0;
            sum1 += difference1 * difference1;
            sum2 += difference2 * difference2;
            sum3 += difference3 * difference3;
        }
        for (; i < a.length; i++) {
            double difference = a[i] * scaleA - b[i] * scaleB;
            sum0 += difference * difference;
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    static double squaredLength(double[] vector) {
        double sum = 0;
        for (double component : vector) {
            sum += component * component;
        }
        return sum;
    }

    static double length(float[] vector) {
        double sum = 0;
        for (float component : vector) {
            sum += (double) component * component;
        }
        return Math.sqrt(sum);
    }
}
