package dev.whence.attributor.evaluation;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.ToDoubleFunction;

/**
 * How well a novelty score keeps images of unknown sources apart from those of known ones, whatever its threshold. Where scores are
 * equal the curves go straight over the whole tie, so that no order among equals counts.
 *
 * @param auroc probability that an image of an unknown source scores higher than one of a known source, a tie counting half
 * @param oscr open set classification rate: area under the share of known images that are accepted and given their true class, over the
 *     share of unknown ones that are accepted (Dhamija et al., NeurIPS 2018, section 4); at most the accuracy
 * @param falsePositiveRate share of unknown images accepted at the least threshold that accepts 95 % of known ones
 */
public record OpenSet(double auroc, double oscr, double falsePositiveRate) {
    private static final int TRUE_POSITIVE_PERCENT = 95;

    /**
     * Measures; every figure is NaN where either kind has no images.
     *
     * @param known novelty of images of known sources; higher means less like anything known
     * @param right whether each of them was given its true class
     * @param unknown novelty of images of unknown sources
     * @throws IllegalArgumentException when a score is NaN
     */
    public static OpenSet of(double[] known, boolean[] right, double[] unknown) {
        double[] recognised = new double[known.length];
        int count = 0;
        for (int i = 0; i < known.length; i++) {
            if (right[i]) {
                recognised[count++] = known[i];
            }
        }
        // The area is a sum over pairs of a recognised and an unknown image, as the AUROC is over all pairs.
        double auroc = Auroc.of(known, unknown);
        double oscr = count == 0 ? 0 * auroc : Auroc.of(Arrays.copyOf(recognised, count), unknown);
        return new OpenSet(auroc, oscr * count / known.length, falsePositiveRate(known, unknown));
    }

    /** Every source counts the same, whatever its images; NaN without sources. */
    static OpenSet mean(Collection<OpenSet> sources) {
        return new OpenSet(
                mean(sources, OpenSet::auroc), mean(sources, OpenSet::oscr), mean(sources, OpenSet::falsePositiveRate));
    }

    private static double falsePositiveRate(double[] known, double[] unknown) {
        if (known.length == 0) {
            return Double.NaN;
        }
        double[] sorted = known.clone();
        Arrays.sort(sorted);
        int accepted = Math.toIntExact((TRUE_POSITIVE_PERCENT * (long) known.length + 99) / 100);
        double threshold = sorted[accepted - 1];
        return (double) Arrays.stream(unknown)
                        .filter(score -> score <= threshold)
                        .count()
                / unknown.length;
    }

    private static double mean(Collection<OpenSet> sources, ToDoubleFunction<OpenSet> figure) {
        return sources.stream().mapToDouble(figure).average().orElse(Double.NaN);
    }
}
