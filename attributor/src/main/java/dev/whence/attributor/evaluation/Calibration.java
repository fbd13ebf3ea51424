package dev.whence.attributor.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether the probability of the first candidate is the share of images for which that candidate is right.
 *
 * @param bins {@value #BINS} bins of equal width, lowest probability first; bin i holds probabilities in (i/15, (i+1)/15]
 * @param error expected calibration error: the mean over images of |accuracy - confidence| of their bin (Guo et al., ICML 2017, section 2);
 *     NaN without images
 */
public record Calibration(List<Bin> bins, double error) {
    static final int BINS = 15;

    /**
     * @param from lower edge, not included
     * @param to upper edge, included
     * @param confidence mean probability of the first candidate; NaN where the bin is empty
     * @param accuracy share of images whose first candidate is right; NaN where the bin is empty
     */
    public record Bin(double from, double to, int images, double confidence, double accuracy) {}

    /** @param known images of known sources */
    public static Calibration of(List<LabelledAttribution> known) {
        int[] images = new int[BINS];
        int[] right = new int[BINS];
        double[] confidence = new double[BINS];
        for (LabelledAttribution image : known) {
            double probability = image.topProbability();
            int bin = Math.max(0, Math.min(BINS - 1, (int) Math.ceil(probability * BINS) - 1));
            images[bin]++;
            confidence[bin] += probability;
            right[bin] += image.predicted().equals(image.label()) ? 1 : 0;
        }
        List<Bin> bins = new ArrayList<>();
        double gaps = 0;
        for (int i = 0; i < BINS; i++) {
            double n = images[i];
            bins.add(new Bin((double) i / BINS, (i + 1.0) / BINS, images[i], confidence[i] / n, right[i] / n));
            gaps += Math.abs(right[i] - confidence[i]);
        }
        return new Calibration(List.copyOf(bins), gaps / known.size());
    }
}
