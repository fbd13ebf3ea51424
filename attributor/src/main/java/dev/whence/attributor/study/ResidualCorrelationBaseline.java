package dev.whence.attributor.study;

import dev.whence.attributor.CanonicalImage;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Fingerprints of generators as those of cameras (Marra, Gragnaniello, Verdoliva and Poggi, "Do GANs leave artificial fingerprints?", MIPR
 * 2019). The noise residual of an image is the image minus a denoised one; a class's fingerprint is the mean residual of its training
 * images; an image's score is the normalised correlation of its residual with the fingerprint, over all pixels and channels. Features are the
 * same correlations.
 *
 * <p>The denoised image is the 3 x 3 binomial blur, edges repeated, as in the embedding space RESIDUAL; theirs is made by a wavelet
 * filter, which has little to work with in 32 pixels.
 */
final class ResidualCorrelationBaseline implements Baseline {
    private static final int[] BINOMIAL = {1, 2, 1};

    private final int size;
    /** Of each class, its mean 0 and its length 1; all zero where no residual was left. */
    private final double[][] fingerprints;

    private ResidualCorrelationBaseline(int size, double[][] fingerprints) {
        this.size = size;
        this.fingerprints = fingerprints;
    }

    /**
     * Averages the residuals.
     *
     * @param images of one size
     * @param labels class of each, from 0, every class with an image
     */
    public static ResidualCorrelationBaseline fit(List<CanonicalImage> images, int[] labels) {
        int[] sizes = ClassSizes.of(labels, images.size());
        int size = images.get(0).size();
        double[][] sums = new double[sizes.length][size * size * 3];
        for (int i = 0; i < labels.length; i++) {
            double[] residual = residual(images.get(i), size);
            double[] sum = sums[labels[i]];
            for (int j = 0; j < sum.length; j++) {
                sum[j] += residual[j];
            }
        }
        for (double[] sum : sums) {
            normalise(sum);
        }
        return new ResidualCorrelationBaseline(size, sums);
    }

    /** Correlations, -1 to 1; 0 for an image without a residual. */
    @Override
    public float[][] scores(List<CanonicalImage> images) {
        return IntStream.range(0, images.size())
                .parallel()
                .mapToObj(i -> correlations(images.get(i)))
                .toArray(float[][]::new);
    }

    /** The scores. */
    @Override
    public float[][] features(List<CanonicalImage> images) {
        return scores(images);
    }

    private float[] correlations(CanonicalImage image) {
        double[] residual = residual(image, size);
        normalise(residual);
        float[] correlations = new float[fingerprints.length];
        for (int c = 0; c < correlations.length; c++) {
            double sum = 0;
            for (int j = 0; j < residual.length; j++) {
                sum += residual[j] * fingerprints[c][j];
            }
            correlations[c] = (float) sum;
        }
        return correlations;
    }

    /** In sixteenths of a level, so that it is whole numbers. */
    private static double[] residual(CanonicalImage image, int size) {
        if (image.size() != size) {
            throw new IllegalArgumentException(
                    "An image of side %d came among those of side %d".formatted(image.size(), size));
        }
        byte[] rgb = image.rgb();
        double[] residual = new double[rgb.length];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int at = 3 * (y * size + x);
                for (int channel = at; channel < at + 3; channel++) {
                    residual[channel] = 16 * (rgb[channel] & 0xff);
                }
                for (int dy = -1; dy <= 1; dy++) {
                    int row = Math.max(0, Math.min(size - 1, y + dy)) * size;
                    for (int dx = -1; dx <= 1; dx++) {
                        int from = 3 * (row + Math.max(0, Math.min(size - 1, x + dx)));
                        int weight = BINOMIAL[1 + dy] * BINOMIAL[1 + dx];
                        residual[at] -= weight * (rgb[from] & 0xff);
                        residual[at + 1] -= weight * (rgb[from + 1] & 0xff);
                        residual[at + 2] -= weight * (rgb[from + 2] & 0xff);
                    }
                }
            }
        }
        return residual;
    }

    /** To the mean 0 and the length 1. */
    private static void normalise(double[] values) {
        double mean = 0;
        for (double value : values) {
            mean += value;
        }
        mean /= values.length;
        double squares = 0;
        for (int j = 0; j < values.length; j++) {
            values[j] -= mean;
            squares += values[j] * values[j];
        }
        double scale = squares == 0 ? 0 : 1 / Math.sqrt(squares);
        for (int j = 0; j < values.length; j++) {
            values[j] *= scale;
        }
    }
}
