package dev.whence.attributor.evaluation;

import java.util.Arrays;
import java.util.Random;

/**
 * Clusters of points around their means (Lloyd), begun by k-means++ (Arthur and Vassilvitskii 2007); the best of several starts.
 *
 * @param clusters cluster of each point, from 0
 * @param inertia sum of squared distances from the points to the means of their clusters
 */
public record KMeans(int[] clusters, double inertia) {
    private static final int MAX_ITERATIONS = 300;

    /**
     * Clusters.
     *
     * @param points {@code [point][dimension]}
     * @param k number of clusters, 1 to the number of points
     * @param starts at least 1
     * @param seed of everything random
     */
    public static KMeans of(float[][] points, int k, int starts, long seed) {
        if (k < 1 || k > points.length) {
            throw new IllegalArgumentException(
                    "%d points cannot make %d clusters; ask for 1 to %1$d".formatted(points.length, k));
        }
        Random random = new Random(seed);
        KMeans best = once(points, k, random);
        for (int start = 1; start < starts; start++) {
            KMeans other = once(points, k, random);
            best = other.inertia < best.inertia ? other : best;
        }
        return best;
    }

    private static KMeans once(float[][] points, int k, Random random) {
        double[][] means = seeds(points, k, random);
        int[] clusters = new int[points.length];
        double[] distances = new double[points.length];
        Arrays.fill(clusters, -1);
        int iteration = 0;
        while (assign(points, means, clusters, distances) && iteration++ < MAX_ITERATIONS) {
            means = means(points, clusters, distances, k);
        }
        return new KMeans(clusters, Arrays.stream(distances).sum());
    }

    /** Each next seed is a point, drawn with the square of its distance to the seeds so far. */
    private static double[][] seeds(float[][] points, int k, Random random) {
        double[][] seeds = new double[k][];
        double[] nearest = new double[points.length];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        int next = random.nextInt(points.length);
        for (int c = 0; c < k; c++) {
            seeds[c] = toDoubles(points[next]);
            for (int i = 0; i < points.length; i++) {
                nearest[i] = Math.min(nearest[i], distance(points[i], seeds[c]));
            }
            double left = random.nextDouble() * Arrays.stream(nearest).sum();
            next = 0;
            while (next < points.length - 1 && left >= nearest[next]) {
                left -= nearest[next++];
            }
        }
        return seeds;
    }

    /** Whether a point changed its cluster. */
    private static boolean assign(float[][] points, double[][] means, int[] clusters, double[] distances) {
        boolean changed = false;
        for (int i = 0; i < points.length; i++) {
            int nearest = 0;
            double least = Double.POSITIVE_INFINITY;
            for (int c = 0; c < means.length; c++) {
                double distance = distance(points[i], means[c]);
                if (distance < least) {
                    least = distance;
                    nearest = c;
                }
            }
            changed |= nearest != clusters[i];
            clusters[i] = nearest;
            distances[i] = least;
        }
        return changed;
    }

    /** A cluster that lost all its points begins anew at the point that lies worst. */
    private static double[][] means(float[][] points, int[] clusters, double[] distances, int k) {
        double[][] means = new double[k][points[0].length];
        int[] counts = new int[k];
        for (int i = 0; i < points.length; i++) {
            counts[clusters[i]]++;
            for (int j = 0; j < points[i].length; j++) {
                means[clusters[i]][j] += points[i][j];
            }
        }
        for (int c = 0; c < k; c++) {
            if (counts[c] == 0) {
                int worst = worst(distances);
                means[c] = toDoubles(points[worst]);
                distances[worst] = 0;
            } else {
                for (int j = 0; j < means[c].length; j++) {
                    means[c][j] /= counts[c];
                }
            }
        }
        return means;
    }

    private static int worst(double[] distances) {
        int worst = 0;
        for (int i = 1; i < distances.length; i++) {
            worst = distances[i] > distances[worst] ? i : worst;
        }
        return worst;
    }

    private static double distance(float[] point, double[] mean) {
        double sum = 0;
        for (int j = 0; j < mean.length; j++) {
            double difference = point[j] - mean[j];
            sum += difference * difference;
        }
        return sum;
    }

    private static double[] toDoubles(float[] point) {
        double[] copy = new double[point.length];
        for (int j = 0; j < copy.length; j++) {
            copy[j] = point[j];
        }
        return copy;
    }
}
