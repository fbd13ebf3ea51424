package dev.whence.attributor.study;

import dev.whence.attributor.CanonicalImage;
import java.util.Arrays;

/**
 * Log power spectrum of the grey image, averaged over the directions (Durall, Keuper and Keuper, CVPR 2020, section 3.1). As in the authors'
 * code the logarithm is taken before the average. Theirs cuts radii to whole numbers, here they are rounded, so that bin k is about
 * frequency k.
 *
 * <p>Power is that of a unitary transform: independent noise of variance v has v at every frequency.
 */
final class RadialSpectrum {
    /**
     * Variance of rounding to 8 bits, added to the power: frequencies that an image does not have are as in one that was rounded, not minus
     * infinity.
     */
    private static final double ROUNDING = 1.0 / 12;

    private final int size;
    /** Of {@code 2 pi v y / size} at {@code v * size + y}. */
    private final double[] cosines;

    private final double[] sines;
    /** Bin of frequency (u, v) at {@code u * size + v}, for u from 0 to size / 2. */
    private final int[] bins;
    /** How many of all size x size frequencies each bin has. */
    private final int[] frequencies;

    /** @param size side of the images, even */
    RadialSpectrum(int size) {
        if (size < 2 || size % 2 != 0) {
            throw new IllegalArgumentException("Spectra are of images with an even side, not " + size);
        }
        this.size = size;
        this.cosines = new double[size * size];
        this.sines = new double[size * size];
        for (int i = 0; i < size * size; i++) {
            double angle = 2 * Math.PI * (i / size * (i % size) % size) / size;
            cosines[i] = StrictMath.cos(angle);
            sines[i] = StrictMath.sin(angle);
        }
        int half = size / 2;
        this.bins = new int[(half + 1) * size];
        this.frequencies = new int[bin(half, half) + 1];
        for (int u = 0; u <= half; u++) {
            for (int v = 0; v < size; v++) {
                int bin = bin(u, Math.min(v, size - v));
                bins[u * size + v] = bin;
                frequencies[bin] += weight(u);
            }
        }
    }

    private static int bin(int u, int v) {
        return (int) Math.round(Math.sqrt(u * u + v * v));
    }

    /** Frequency -u has the power of u; zero and the highest one have no such partner. */
    private int weight(int u) {
        return u == 0 || u == size / 2 ? 1 : 2;
    }

    /** @return natural logarithm of the power at 0, 1, ... cycles an image, up to the corner, which is round(size / sqrt 2) */
    float[] of(CanonicalImage image) {
        if (image.size() != size) {
            throw new IllegalArgumentException(
                    "An image of side %d came among those of side %d".formatted(image.size(), size));
        }
        int half = size / 2;
        double[] real = new double[(half + 1) * size];
        double[] imaginary = new double[(half + 1) * size];
        transformRows(grey(image.rgb()), real, imaginary);
        double[] sums = new double[frequencies.length];
        for (int u = 0; u <= half; u++) {
            int row = u * size;
            for (int v = 0; v < size; v++) {
                double re = 0;
                double im = 0;
                for (int y = 0; y < size; y++) {
                    re += real[row + y] * cosines[v * size + y] + imaginary[row + y] * sines[v * size + y];
                    im += imaginary[row + y] * cosines[v * size + y] - real[row + y] * sines[v * size + y];
                }
                double power = (re * re + im * im) / (size * size);
                sums[bins[row + v]] += weight(u) * Math.log(power + ROUNDING);
            }
        }
        float[] spectrum = new float[sums.length];
        for (int k = 0; k < sums.length; k++) {
            spectrum[k] = (float) (sums[k] / frequencies[k]);
        }
        return spectrum;
    }

    /** Writes frequency u of row y at {@code u * size + y}. */
    private void transformRows(double[] grey, double[] real, double[] imaginary) {
        for (int u = 0; u <= size / 2; u++) {
            for (int y = 0; y < size; y++) {
                double re = 0;
                double im = 0;
                for (int x = 0; x < size; x++) {
                    re += grey[y * size + x] * cosines[u * size + x];
                    im -= grey[y * size + x] * sines[u * size + x];
                }
                real[u * size + y] = re;
                imaginary[u * size + y] = im;
            }
        }
    }

    /** Luma of ITU-R BT.601, in levels. */
    private static double[] grey(byte[] rgb) {
        double[] grey = new double[rgb.length / 3];
        Arrays.setAll(
                grey,
                i -> 0.299 * (rgb[3 * i] & 0xff) + 0.587 * (rgb[3 * i + 1] & 0xff) + 0.114 * (rgb[3 * i + 2] & 0xff));
        return grey;
    }
}
