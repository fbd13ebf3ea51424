package dev.whence.attributor;

import java.util.Arrays;
import java.util.List;

/**
 * The posterior of images that all come from one source.
 *
 * <p>Were the images independent given their source, the evidence of all would be the product of their posteriors, each divided by
 * the prior. It is not: what misleads the network about one image of a source misleads it about the next. So the sum of the n log
 * ratios is divided by a temperature of {@code 1 + (n - 1) correlation}, the design effect of a sample of equally correlated
 * items (Kish 1965): correlation 0 is the plain product, correlation 1 the geometric mean, and one image keeps its own posterior.
 * The prior is that of training, where every class has the same share of every epoch; being constant, it drops out.
 */
public final class CombinedPosterior {
    /** Where nothing better is known: what {@link #correlation} finds on GM-CIFAR10 at JPEG 75. */
    public static final double DEFAULT_CORRELATION = 0.05;

    /** Probabilities below it count as it: no single image may rule a class out for good. */
    private static final double LEAST_PROBABILITY = 1e-15;

    private static final int STEPS = 200;

    private CombinedPosterior() {}

    /**
     * Combines.
     *
     * @param posteriors {@code [image][class]}: calibrated probabilities, at least one image
     * @param correlation of the evidence of two images of one source, in [0, 1]
     * @return probabilities by class; they sum to 1
     */
    public static double[] of(double[][] posteriors, double correlation) {
        return normalized(evidence(posteriors), posteriors.length, correlation);
    }

    /**
     * The correlation with the least negative log likelihood, in steps of 1/{@value #STEPS}.
     *
     * @param sets {@code [image][class]} of each set of validation images; sets of more than one size tell most
     * @param labels the true class of each set
     */
    public static double correlation(List<double[][]> sets, int[] labels) {
        double[][] evidence = sets.stream().map(CombinedPosterior::evidence).toArray(double[][]::new);
        double best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int step = 0; step <= STEPS; step++) {
            double correlation = (double) step / STEPS;
            double loss = 0;
            for (int i = 0; i < labels.length; i++) {
                double[] combined = normalized(evidence[i], sets.get(i).length, correlation);
                loss -= Math.log(Math.max(combined[labels[i]], LEAST_PROBABILITY));
            }
            if (loss < least) {
                least = loss;
                best = correlation;
            }
        }
        return best;
    }

    /** Sum of the log probabilities by class. */
    private static double[] evidence(double[][] posteriors) {
        double[] sum = new double[posteriors[0].length];
        for (double[] posterior : posteriors) {
            for (int c = 0; c < sum.length; c++) {
                sum[c] += Math.log(Math.max(posterior[c], LEAST_PROBABILITY));
            }
        }
        return sum;
    }

    private static double[] normalized(double[] evidence, int images, double correlation) {
        double temperature = 1 + (images - 1) * correlation;
        double most = Arrays.stream(evidence).max().orElseThrow();
        double[] powers = Arrays.stream(evidence)
                .map(e -> Math.exp((e - most) / temperature))
                .toArray();
        double sum = Arrays.stream(powers).sum();
        return Arrays.stream(powers).map(power -> power / sum).toArray();
    }
}
