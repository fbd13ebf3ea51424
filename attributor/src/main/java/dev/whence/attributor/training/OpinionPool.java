package dev.whence.attributor.training;

import java.util.Arrays;

/**
 * What networks of several views say together: the logarithmic opinion pool (Genest and Zidek 1986), whose logits are the
 * weighted sum of theirs. So few numbers are fitted on validation images that networks which know their training images by heart do
 * not deceive it, as they would a head that is trained on those.
 */
final class OpinionPool {
    private static final int SWEEPS = 8;
    private static final int STEPS = 24;
    private static final double MOST = 3;

    private OpinionPool() {}

    /**
     * The weights, not negative and with sum 1, with the least negative log likelihood at the best temperature; every class counts the
     * same; equal ones where no view says anything of those images. The likelihood is concave in them, so going along one after the other comes near its top.
     *
     * @param logits {@code [view][image][class]}
     * @param labels the true class of each image
     */
    static double[] weights(float[][][] logits, int[] labels) {
        double[] weights = new double[logits.length];
        Arrays.fill(weights, 1.0 / weights.length);
        double[] importance = importance(labels, logits[0][0].length);
        for (int sweep = 0; sweep < SWEEPS && weights.length > 1; sweep++) {
            for (int v = 0; v < weights.length; v++) {
                weights[v] = best(logits, labels, importance, weights, v);
            }
        }
        double sum = Arrays.stream(weights).sum();
        if (sum == 0) {
            Arrays.fill(weights, 1.0 / weights.length);
            return weights;
        }
        return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    /** The pooled logits, {@code [image][class]}. */
    static float[][] pooled(float[][][] logits, double[] weights) {
        float[][] pooled = new float[logits[0].length][logits[0][0].length];
        for (int v = 0; v < weights.length; v++) {
            for (int i = 0; i < pooled.length; i++) {
                for (int c = 0; c < pooled[i].length; c++) {
                    pooled[i][c] += (float) (weights[v] * logits[v][i][c]);
                }
            }
        }
        return pooled;
    }

    private static double[] importance(int[] labels, int classes) {
        double[] of = new double[classes];
        for (int label : labels) {
            of[label]++;
        }
        return Arrays.stream(labels).mapToDouble(label -> 1 / of[label]).toArray();
    }

    /** Golden section along one weight. */
    private static double best(float[][][] logits, int[] labels, double[] importance, double[] weights, int v) {
        double[] trial = weights.clone();
        trial[v] = 0;
        float[][] others = pooled(logits, trial);
        double ratio = (Math.sqrt(5) - 1) / 2;
        double low = 0;
        double high = MOST;
        for (int step = 0; step < STEPS; step++) {
            double left = high - ratio * (high - low);
            double right = low + ratio * (high - low);
            if (loss(others, logits[v], left, labels, importance)
                    < loss(others, logits[v], right, labels, importance)) {
                high = right;
            } else {
                low = left;
            }
        }
        return low < 1e-3 ? 0 : (low + high) / 2;
    }

    private static double loss(float[][] others, float[][] own, double weight, int[] labels, double[] importance) {
        double loss = 0;
        for (int i = 0; i < labels.length; i++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < own[i].length; c++) {
                largest = Math.max(largest, others[i][c] + weight * own[i][c]);
            }
            double sum = 0;
            for (int c = 0; c < own[i].length; c++) {
                sum += Math.exp(others[i][c] + weight * own[i][c] - largest);
            }
            double truth = others[i][labels[i]] + weight * own[i][labels[i]];
            loss += importance[i] * (largest + Math.log(sum) - truth);
        }
        return loss;
    }
}
