package dev.whence.attributor.evaluation;

import java.util.Arrays;

/**
 * Classification by the labels of the nearest features (k-NN, Euclidean; of features of unit length the order is that of the cosine).
 * Safe for use by several threads.
 */
public final class NearestNeighbours {
    private final float[][] features;
    private final int[] labels;
    private final int k;

    /**
     * @param features {@code [image][dimension]}, not copied
     * @param labels class of each, from 0
     * @param k neighbours that vote, 1 to the number of features
     */
    public NearestNeighbours(float[][] features, int[] labels, int k) {
        if (k < 1 || k > features.length || labels.length != features.length) {
            throw new IllegalArgumentException("%d neighbours cannot vote with %d features and %d labels"
                    .formatted(k, features.length, labels.length));
        }
        this.features = features;
        this.labels = labels;
        this.k = k;
    }

    /** The class with most of the k votes; among equals the one whose neighbours are nearest, counted outwards. */
    public int classify(float[] query) {
        return vote(Arrays.stream(neighbours(query)).map(i -> labels[i]).toArray());
    }

    /**
     * The class with most votes; among equals the one whose neighbours are nearest, counted outwards.
     *
     * @param nearest class of each neighbour, nearest first; at least one
     */
    public static int vote(int[] nearest) {
        int[] votes = new int[Arrays.stream(nearest).max().orElseThrow() + 1];
        for (int label : nearest) {
            votes[label]++;
        }
        int best = nearest[0];
        for (int label : nearest) {
            best = votes[label] > votes[best] ? label : best;
        }
        return best;
    }

    /** Nearest first; the earlier of two at the same distance. */
    private int[] neighbours(float[] query) {
        int[] nearest = new int[k];
        double[] distances = new double[k];
        Arrays.fill(distances, Double.POSITIVE_INFINITY);
        for (int i = 0; i < features.length; i++) {
            double distance = distance(query, features[i]);
            if (distance < distances[k - 1]) {
                int at = k - 1;
                while (at > 0 && distance < distances[at - 1]) {
                    distances[at] = distances[at - 1];
                    nearest[at] = nearest[at - 1];
                    at--;
                }
                distances[at] = distance;
                nearest[at] = i;
            }
        }
        return nearest;
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            double difference = a[j] - (double) b[j];
            sum += difference * difference;
        }
        return sum;
    }
}
