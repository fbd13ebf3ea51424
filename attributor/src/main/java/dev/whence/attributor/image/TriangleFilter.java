package dev.whence.attributor.image;

import dev.whence.attributor.CanonicalImage;
import java.util.Arrays;

/**
 * Resamples a square to another size, the same to the last bit on every machine.
 *
 * <p>Resampling leaves traces of its own in what a fingerprint is made of, so there is one kernel and no choice: the triangle, as wide as
 * two output pixels when shrinking (antialiased) and as two input pixels when enlarging (linear interpolation). It is the kernel that
 * Pillow calls BILINEAR; Pillow rounds to 8 bits after each of its two passes, this class rounds once, to the nearest.
 *
 * <p>From side s to side n, with m = max(s, n), input pixel x contributes to output pixel i with the weight
 *
 * <pre>  max(0, 2m - |(2x + 1)n - (2i + 1)s|)</pre>
 *
 * which is the triangle at the distance of the pixel centres, scaled by 2m so that it is a whole number. Weighted sums and the sums of the
 * weights are exact in 64 bits, their quotient is the only rounding. So the result does not depend on the order of the passes, it commutes
 * with mirroring and transposition, and s = n is the identity.
 */
public final class TriangleFilter {
    /** Smallest output side for which sums cannot overflow: 255 (2 s^2 / n)^2 < 2^63 for s = 16,384. */
    public static final int SMALLEST_SIDE = 8;

    private TriangleFilter() {}

    /** The input pixels that contribute to one output pixel. */
    private record Taps(int first, int[] weights, long sum) {
        int end() {
            return first + weights.length;
        }
    }

    /**
     * A square image at another size.
     *
     * @param size side of the result, at least {@value #SMALLEST_SIDE}
     */
    public static CanonicalImage resample(CanonicalImage image, int size) {
        int side = image.size();
        byte[] rgb = image.rgb();
        PixelRows rows = (x, y, row) -> System.arraycopy(rgb, 3 * (y * side + x), row, 0, row.length);
        return new CanonicalImage(image.sha256(), size, resample(rows, 0, 0, side, size));
    }

    /**
     * @param left first column of the square
     * @param top first row of the square
     * @param side side of the square
     * @param size side of the result, at least {@value #SMALLEST_SIDE}
     * @return size x size x 3 bytes, row by row, red first
     */
    static byte[] resample(PixelRows rows, int left, int top, int side, int size) {
        Taps[] taps = taps(side, size);
        int width = size * 3;
        byte[] row = new byte[side * 3];
        long[] line = new long[width];
        long[] sums = new long[size * width];
        int begin = 0;
        for (int y = 0; y < side; y++) {
            rows.read(left, top + y, row);
            acrossRow(row, taps, line);
            while (taps[begin].end() <= y) {
                begin++;
            }
            for (int i = begin; i < size && taps[i].first() <= y; i++) {
                long weight = taps[i].weights()[y - taps[i].first()];
                int at = i * width;
                for (int j = 0; j < width; j++) {
                    sums[at + j] += weight * line[j];
                }
            }
        }
        byte[] rgb = new byte[sums.length];
        for (int j = 0; j < rgb.length; j++) {
            long sum = taps[j / width].sum() * taps[j % width / 3].sum();
            rgb[j] = (byte) ((sums[j] + sum / 2) / sum);
        }
        return rgb;
    }

    private static void acrossRow(byte[] row, Taps[] taps, long[] line) {
        int out = 0;
        for (Taps tap : taps) {
            long red = 0;
            long green = 0;
            long blue = 0;
            int at = tap.first() * 3;
            for (int weight : tap.weights()) {
                red += (long) weight * (row[at++] & 0xff);
                green += (long) weight * (row[at++] & 0xff);
                blue += (long) weight * (row[at++] & 0xff);
            }
            line[out++] = red;
            line[out++] = green;
            line[out++] = blue;
        }
    }

    private static Taps[] taps(int side, int size) {
        Taps[] taps = new Taps[size];
        for (int i = 0; i < size; i++) {
            int reach = Math.max(side, size) / size + 1;
            int centre = (int) ((2L * i + 1) * side / (2L * size));
            int first = Math.max(0, centre - reach);
            int end = Math.min(side, centre + reach + 1);
            while (weight(first, i, side, size) == 0) {
                first++;
            }
            while (weight(end - 1, i, side, size) == 0) {
                end--;
            }
            int[] weights = new int[end - first];
            for (int x = first; x < end; x++) {
                weights[x - first] = weight(x, i, side, size);
            }
            taps[i] = new Taps(
                    first, weights, Arrays.stream(weights).asLongStream().sum());
        }
        return taps;
    }

    private static int weight(int x, int i, int side, int size) {
        long distance = Math.abs((2L * x + 1) * size - (2L * i + 1) * side);
        return (int) Math.max(0, 2L * Math.max(side, size) - distance);
    }
}
