package dev.whence.attributor.evaluation;

import java.util.Arrays;
import java.util.Random;

/**
 * A map of features in the plane by exact t-SNE (van der Maaten and Hinton, JMLR 2008): all pairs, so for some thousand points (3,000
 * take half a minute).
 *
 * <p>As in the paper: conditional neighbour probabilities of a stated perplexity made symmetric, a Student kernel in the map, gradient
 * descent with momentum 0.5 then 0.8 and a gain for each coordinate, a normal start of deviation 1e-4. Unlike it, as has become
 * common: affinities exaggerated twelvefold for the first quarter, and a step that grows with the number of points (Belkina et al.,
 * Nature Communications 2019), so that large maps come apart too.
 *
 * @param points {@code [point][2]}, around 0
 * @param divergence Kullback-Leibler divergence of the map from the affinities, in nats: what the map still gets wrong
 */
public record TSne(double[][] points, double divergence) {
    private static final int ITERATIONS = 1000;
    private static final int EXAGGERATED = 250;
    private static final double EXAGGERATION = 12;
    private static final double LEAST_STEP = 50;
    private static final double LEAST_GAIN = 0.01;
    private static final int BISECTIONS = 200;
    private static final double ENTROPY_TOLERANCE = 1e-9;

    /**
     * Maps.
     *
     * @param features {@code [point][dimension]}
     * @param perplexity how many neighbours of a point count, roughly; at least 1
     * @param seed of the start: the same seed and features give the same map
     * @throws IllegalArgumentException when there are too few points for the perplexity
     */
    public static TSne of(float[][] features, double perplexity, long seed) {
        double[][] affinities = affinities(features, perplexity);
        int n = features.length;
        Random random = new Random(seed);
        double[][] map = new double[n][2];
        for (double[] point : map) {
            point[0] = 1e-4 * random.nextGaussian();
            point[1] = 1e-4 * random.nextGaussian();
        }
        double step = Math.max(n / EXAGGERATION / 4, LEAST_STEP);
        double[][] gradient = new double[n][2];
        double[][] velocity = new double[n][2];
        double[][] gains = new double[n][2];
        Arrays.stream(gains).forEach(gain -> Arrays.fill(gain, 1));
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            boolean early = iteration < EXAGGERATED;
            gradient(affinities, early ? EXAGGERATION : 1, map, gradient);
            move(map, gradient, velocity, gains, step, early ? 0.5 : 0.8);
        }
        return new TSne(map, divergence(affinities, map));
    }

    /**
     * The symmetric probabilities p_ij; those of all ordered pairs sum to 1.
     *
     * @return {@code [i][j]} for j below i
     */
    static double[][] affinities(float[][] features, double perplexity) {
        int n = features.length;
        if (!(perplexity >= 1 && perplexity < n - 1)) {
            throw new IllegalArgumentException("A perplexity of %s needs more than %.0f points, and there are %d"
                    .formatted(perplexity, Math.max(perplexity, 1) + 1, n));
        }
        double[][] affinities = new double[n][];
        for (int i = 0; i < n; i++) {
            affinities[i] = new double[i];
        }
        double[] row = new double[n];
        for (int i = 0; i < n; i++) {
            conditional(features, i, Math.log(perplexity), row);
            for (int j = 0; j < n; j++) {
                if (j != i) {
                    affinities[Math.max(i, j)][Math.min(i, j)] += row[j] / (2 * n);
                }
            }
        }
        return affinities;
    }

    /** p of each j given i, with the width of the kernel that gives the entropy. */
    private static void conditional(float[][] features, int i, double entropy, double[] row) {
        double[] distances = new double[row.length];
        double least = Double.POSITIVE_INFINITY;
        double mean = 0;
        for (int j = 0; j < row.length; j++) {
            distances[j] = squaredDistance(features[i], features[j]);
            if (j != i) {
                least = Math.min(least, distances[j]);
                mean += distances[j] / (row.length - 1);
            }
        }
        // In units of the mean, so that no scale of the features is out of reach.
        double unit = mean > 0 ? mean : 1;
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double precision = 1;
        for (int step = 0; step < BISECTIONS && low < high; step++) {
            double reached = conditional(distances, i, least, precision / unit, row);
            if (reached > entropy) {
                low = precision;
            } else {
                high = precision;
            }
            precision = Double.isInfinite(high) ? 2 * precision : (low + high) / 2;
            if (Math.abs(reached - entropy) < ENTROPY_TOLERANCE) {
                return;
            }
        }
    }

    /** Fills the row for one precision; the entropy of it in nats. */
    private static double conditional(double[] distances, int i, double least, double precision, double[] row) {
        double sum = 0;
        for (int j = 0; j < row.length; j++) {
            row[j] = j == i ? 0 : Math.exp(-precision * (distances[j] - least));
            sum += row[j];
        }
        double entropy = 0;
        for (int j = 0; j < row.length; j++) {
            row[j] /= sum;
            entropy -= row[j] > 0 ? row[j] * Math.log(row[j]) : 0;
        }
        return entropy;
    }

    /** Of the divergence, by every coordinate of the map; the affinities count as if multiplied by the exaggeration. */
    static void gradient(double[][] affinities, double exaggeration, double[][] map, double[][] gradient) {
        int n = map.length;
        double[] pushX = new double[n];
        double[] pushY = new double[n];
        double[] pullX = new double[n];
        double[] pullY = new double[n];
        double total = 0;
        for (int i = 0; i < n; i++) {
            double x = map[i][0];
            double y = map[i][1];
            double[] row = affinities[i];
            double pullsX = 0;
            double pullsY = 0;
            double pushesX = 0;
            double pushesY = 0;
            for (int j = 0; j < i; j++) {
                double dx = x - map[j][0];
                double dy = y - map[j][1];
                double kernel = 1 / (1 + dx * dx + dy * dy);
                double pull = row[j] * kernel;
                double push = kernel * kernel;
                total += kernel;
                pullsX += pull * dx;
                pullsY += pull * dy;
                pullX[j] -= pull * dx;
                pullY[j] -= pull * dy;
                pushesX += push * dx;
                pushesY += push * dy;
                pushX[j] -= push * dx;
                pushY[j] -= push * dy;
            }
            pullX[i] += pullsX;
            pullY[i] += pullsY;
            pushX[i] += pushesX;
            pushY[i] += pushesY;
        }
        double norm = 2 * total;
        for (int i = 0; i < n; i++) {
            gradient[i][0] = 4 * (exaggeration * pullX[i] - pushX[i] / norm);
            gradient[i][1] = 4 * (exaggeration * pullY[i] - pushY[i] / norm);
        }
    }

    /** A coordinate whose gradient keeps its sign gains speed, one that swings loses it (Jacobs 1988); the map stays around 0. */
    private static void move(
            double[][] map, double[][] gradient, double[][] velocity, double[][] gains, double step, double momentum) {
        for (int axis = 0; axis < 2; axis++) {
            double mean = 0;
            for (int i = 0; i < map.length; i++) {
                boolean swings = gradient[i][axis] * velocity[i][axis] > 0;
                gains[i][axis] = swings ? Math.max(LEAST_GAIN, gains[i][axis] * 0.8) : gains[i][axis] + 0.2;
                velocity[i][axis] = momentum * velocity[i][axis] - step * gains[i][axis] * gradient[i][axis];
                map[i][axis] += velocity[i][axis];
                mean += map[i][axis] / map.length;
            }
            for (double[] point : map) {
                point[axis] -= mean;
            }
        }
    }

    /** Kullback-Leibler divergence of the map from the affinities, in nats. */
    static double divergence(double[][] affinities, double[][] map) {
        double total = 0;
        for (int i = 0; i < map.length; i++) {
            for (int j = 0; j < i; j++) {
                total += 2 * kernel(map[i], map[j]);
            }
        }
        double divergence = 0;
        for (int i = 0; i < map.length; i++) {
            for (int j = 0; j < i; j++) {
                double p = affinities[i][j];
                divergence += p > 0 ? 2 * p * Math.log(p * total / kernel(map[i], map[j])) : 0;
            }
        }
        return divergence;
    }

    private static double kernel(double[] a, double[] b) {
        double dx = a[0] - b[0];
        double dy = a[1] - b[1];
        return 1 / (1 + dx * dx + dy * dy);
    }

    private static double squaredDistance(float[] a, float[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            double difference = a[j] - (double) b[j];
            sum += difference * difference;
        }
        return sum;
    }
}
