package dev.whence.attributor;

/** Temperature scaling (Guo et al. 2017): logits divided by one number, chosen on validation data. */
public final class Calibration {
    private Calibration() {}

    /** softmax(logits / temperature); sums to 1. */
    public static double[] probabilities(float[] logits, double temperature) {
        double max = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit / temperature);
        }
        double[] p = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp(logits[i] / temperature - max);
            sum += p[i];
        }
        for (int i = 0; i < p.length; i++) {
            p[i] /= sum;
        }
        return p;
    }

    /**
     * The temperature in [0.1, 10] with the least negative log likelihood, found by golden section over its logarithm.
     *
     * @param logits {@code [image][class]}
     * @param labels the true class of each image
     */
    public static double temperature(float[][] logits, int[] labels) {
        double ratio = (Math.sqrt(5) - 1) / 2;
        double low = Math.log(0.1);
        double high = Math.log(10);
        for (int step = 0; step < 60; step++) {
            double left = high - ratio * (high - low);
            double right = low + ratio * (high - low);
            if (negativeLogLikelihood(logits, labels, Math.exp(left))
                    < negativeLogLikelihood(logits, labels, Math.exp(right))) {
                high = right;
            } else {
                low = left;
            }
        }
        return Math.exp((low + high) / 2);
    }

    /** Mean over the images, in nats. */
    public static double negativeLogLikelihood(float[][] logits, int[] labels, double temperature) {
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            sum -= Math.log(Math.max(probabilities(logits[i], temperature)[labels[i]], Double.MIN_NORMAL));
        }
        return sum / labels.length;
    }
}
