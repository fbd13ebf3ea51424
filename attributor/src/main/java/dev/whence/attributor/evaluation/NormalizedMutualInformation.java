package dev.whence.attributor.evaluation;

import java.util.Arrays;
import java.util.Random;

/**
 * How much a clustering of images says of a design choice of their generators, beside what it would say by chance: with few generators
 * and few choices the information is large for any clustering that tells generators apart.
 *
 * @param value mutual information over the mean of the two entropies, in [0, 1]
 * @param permutedMean mean of the same when the choices are dealt anew among the generators
 * @param permutedDeviation standard deviation of the same
 * @param pValue share of the permutations, the true one among them, with at least the true value
 */
public record NormalizedMutualInformation(double value, double permutedMean, double permutedDeviation, double pValue) {
    /** Two sums in different order are not equal to the last bit. */
    private static final double ROUNDING = 1e-12;

    /**
     * Measures. Choices are permuted over generators, not over images: images of one generator share its choice.
     *
     * @param clusters cluster of each image, from 0
     * @param generators generator of each image, from 0
     * @param choices choice of each generator, from 0
     * @param permutations at least 2
     * @param seed of the permutations
     */
    public static NormalizedMutualInformation of(
            int[] clusters, int[] generators, int[] choices, int permutations, long seed) {
        int[][] byGenerator = counts(clusters, generators, size(clusters), choices.length);
        double value = of(merged(byGenerator, choices));
        Random random = new Random(seed);
        int[] dealt = choices.clone();
        double[] permuted = new double[permutations];
        for (int i = 0; i < permutations; i++) {
            shuffle(dealt, random);
            permuted[i] = of(merged(byGenerator, dealt));
        }
        double mean = Arrays.stream(permuted).average().orElseThrow();
        double squares =
                Arrays.stream(permuted).map(p -> (p - mean) * (p - mean)).sum();
        long atLeast =
                Arrays.stream(permuted).filter(p -> p >= value - ROUNDING).count();
        return new NormalizedMutualInformation(
                value, mean, Math.sqrt(squares / (permutations - 1)), (atLeast + 1.0) / (permutations + 1));
    }

    /**
     * Mutual information of two labellings of the same items over the mean of their entropies.
     *
     * @param first labels from 0
     * @param second labels from 0
     * @return in [0, 1]; 0 where either gives all items one label
     */
    public static double between(int[] first, int[] second) {
        return of(counts(first, second, size(first), size(second)));
    }

    private static double of(int[][] counts) {
        int[] rows =
                Arrays.stream(counts).mapToInt(row -> Arrays.stream(row).sum()).toArray();
        int[] columns = new int[counts[0].length];
        for (int[] row : counts) {
            for (int j = 0; j < columns.length; j++) {
                columns[j] += row[j];
            }
        }
        double n = Arrays.stream(rows).sum();
        double information = 0;
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                if (counts[i][j] > 0) {
                    information += counts[i][j] / n * Math.log(counts[i][j] * n / ((double) rows[i] * columns[j]));
                }
            }
        }
        double entropies = entropy(rows, n) + entropy(columns, n);
        return entropies == 0 ? 0 : Math.max(0, 2 * information / entropies);
    }

    private static double entropy(int[] counts, double n) {
        return Arrays.stream(counts)
                .filter(count -> count > 0)
                .mapToDouble(count -> -count / n * Math.log(count / n))
                .sum();
    }

    private static int[][] counts(int[] first, int[] second, int rows, int columns) {
        if (first.length != second.length || first.length == 0) {
            throw new IllegalArgumentException(
                    "Mutual information needs two labels of every item; there are %d and %d labels"
                            .formatted(first.length, second.length));
        }
        int[][] counts = new int[rows][columns];
        for (int i = 0; i < first.length; i++) {
            counts[first[i]][second[i]]++;
        }
        return counts;
    }

    /** The columns of generators with the same choice, added up. */
    private static int[][] merged(int[][] byGenerator, int[] choices) {
        int[][] counts = new int[byGenerator.length][size(choices)];
        for (int i = 0; i < counts.length; i++) {
            for (int g = 0; g < choices.length; g++) {
                counts[i][choices[g]] += byGenerator[i][g];
            }
        }
        return counts;
    }

    private static int size(int[] labels) {
        return Arrays.stream(labels).max().orElse(-1) + 1;
    }

    private static void shuffle(int[] values, Random random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int value = values[i];
            values[i] = values[j];
            values[j] = value;
        }
    }
}
