package dev.whence.attributor.evaluation;

import java.util.Arrays;

/** Area under the receiver operating characteristic: how well a score tells two kinds apart, whatever the threshold. */
public final class Auroc {
    private Auroc() {}

    /**
     * The probability that a positive scores higher than a negative, where a tie counts half (Mann and Whitney's U over all pairs).
     *
     * @param negatives scores in any order
     * @param positives scores in any order
     * @return in [0, 1]; 0.5 is chance; NaN where either kind has no scores
     * @throws IllegalArgumentException when a score is NaN
     */
    public static double of(double[] negatives, double[] positives) {
        requireNumbers(negatives);
        requireNumbers(positives);
        double[] sorted = negatives.clone();
        Arrays.sort(sorted);
        double wins = 0;
        for (double score : positives) {
            wins += (below(sorted, score) + upTo(sorted, score)) / 2.0;
        }
        return wins / positives.length / negatives.length;
    }

    /** How many of the sorted scores are less. */
    private static int below(double[] sorted, double score) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < score) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** How many of the sorted scores are less or equal. */
    private static int upTo(double[] sorted, double score) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] <= score) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static void requireNumbers(double[] scores) {
        for (double score : scores) {
            if (Double.isNaN(score)) {
                throw new IllegalArgumentException("A score is not a number: leave out images that have none");
            }
        }
    }
}
