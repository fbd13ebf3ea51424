package dev.whence.vectorstore.milvus;

import dev.whence.vectorstore.ReferenceCollection.Metric;

/** Distances by direct differences in double precision, from the stored vectors: Milvus' own are single precision. */
final class ExactDistances {
    private ExactDistances() {}

    static double between(float[] a, float[] b, Metric metric) {
        return switch (metric) {
            case L2 -> Math.sqrt(squared(a, 1, b, 1));
            // of vectors of length one: what 1 - cos cancels away at small angles is kept
            case COSINE -> squared(a, 1 / length(a), b, 1 / length(b)) / 2;
        };
    }

    private static double squared(float[] a, double scaleA, float[] b, double scaleB) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = a[i] * scaleA - b[i] * scaleB;
            sum += difference * difference;
        }
        return sum;
    }

    private static double length(float[] vector) {
        double sum = 0;
        for (float component : vector) {
            sum += (double) component * component;
        }
        return Math.sqrt(sum);
    }
}
