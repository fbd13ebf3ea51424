package dev.whence.attributor.image;

import dev.whence.attributor.CanonicalImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * Something that happens to images on their way through the net, as an operation on the canonical form. The result has the size and the
 * SHA-256 of the image, so that an image of a reference collection still does not meet itself there; of an image of crops each is changed
 * as if it were the whole. It is the same every time: what is random is drawn from the SHA-256. Every operation rounds to 8 bits when
 * it is done. Safe for use by several threads.
 */
public final class Perturbation {
    /** Standard deviation of the blur, in pixels. */
    private static final double BLUR = 0.8;

    /** Weights beyond are less than 4 millionths of the middle one. */
    private static final int BLUR_REACH = 3;

    /** Standard deviation of the noise, in levels of 256, before it is rounded and cut off at black and white. */
    private static final double NOISE = 4;

    private static final double CONTRAST = 0.2;
    private static final double BRIGHTNESS = 16;
    private static final double MIDDLE_GREY = 127.5;

    private static final List<Perturbation> GRID = List.of(
            new Perturbation("none", image -> image),
            jpeg(95),
            jpeg(85),
            jpeg(75),
            jpeg(65),
            jpeg(50),
            jpeg(40),
            jpeg(30),
            each("double-jpeg", image -> Jpeg.reencode(Jpeg.reencode(image, 85), 60)),
            resize("0.5"),
            resize("0.75"),
            resize("1.5"),
            each("crop", Perturbation::crop),
            each("blur", Perturbation::blur),
            new Perturbation("noise", Perturbation::noise),
            new Perturbation("contrast", Perturbation::contrast));

    private final String name;
    private final UnaryOperator<CanonicalImage> operation;

    private Perturbation(String name, UnaryOperator<CanonicalImage> operation) {
        this.name = name;
        this.operation = operation;
    }

    /**
     * All there are, in the order of a table:
     *
     * <ul>
     *   <li>{@code none}.
     *   <li>{@code jpeg-95}, {@code -85}, {@code -75}, {@code -65}, {@code -50}, {@code -40}, {@code -30}: encoded at that quality (libjpeg's
     *       scale) with chroma halved both ways, and decoded as the product decodes.
     *   <li>{@code double-jpeg}: the same at 85 and then at 60, on the same grid of blocks.
     *   <li>{@code resize-0.5}, {@code -0.75}, {@code -1.5}: to the side times that, but not below {@link TriangleFilter#SMALLEST_SIDE}, and
     *       back, both by {@link TriangleFilter}.
     *   <li>{@code crop}: the middle 7/8 of each side, brought back to the size by {@link TriangleFilter}.
     *   <li>{@code blur}: Gaussian, standard deviation 0.8 pixels, edges repeated.
     *   <li>{@code noise}: Gaussian, standard deviation 4 levels of 256, independent for every sample.
     *   <li>{@code contrast}: every level times one number of 0.8 to 1.2, about the middle grey, plus one of -16 to 16 levels: what a
     *       generator's contrast and the range of its values tell is gone.
     * </ul>
     */
    public static List<Perturbation> grid() {
        return GRID;
    }

    /** @throws IllegalArgumentException when the grid has no such name */
    public static Perturbation named(String name) {
        return GRID.stream()
                .filter(perturbation -> perturbation.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no perturbation %s, but there are %s".formatted(name, GRID)));
    }

    public String name() {
        return name;
    }

    /** The image as it comes out; the image given is not changed. */
    public CanonicalImage apply(CanonicalImage image) {
        return operation.apply(image);
    }

    @Override
    public String toString() {
        return name;
    }

    private static Perturbation each(String name, UnaryOperator<CanonicalImage> ofOneSquare) {
        return new Perturbation(
                name,
                image -> new CanonicalImage(
                        image.sha256(),
                        image.size(),
                        image.parts().stream()
                                .map(ofOneSquare)
                                .map(CanonicalImage::rgb)
                                .toList()));
    }

    private static Perturbation jpeg(int quality) {
        return each("jpeg-" + quality, image -> Jpeg.reencode(image, quality));
    }

    private static Perturbation resize(String factor) {
        double ratio = Double.parseDouble(factor);
        return each("resize-" + factor, image -> {
            int side = Math.max(TriangleFilter.SMALLEST_SIDE, (int) Math.round(image.size() * ratio));
            return TriangleFilter.resample(TriangleFilter.resample(image, side), image.size());
        });
    }

    private static CanonicalImage crop(CanonicalImage image) {
        int size = image.size();
        int side = Math.round(size * 7 / 8f);
        int margin = (size - side) / 2;
        byte[] middle = new byte[side * side * 3];
        for (int y = 0; y < side; y++) {
            System.arraycopy(image.rgb(), ((y + margin) * size + margin) * 3, middle, y * side * 3, side * 3);
        }
        return TriangleFilter.resample(new CanonicalImage(image.sha256(), side, middle), size);
    }

    private static CanonicalImage blur(CanonicalImage image) {
        int size = image.size();
        double[] weights = new double[2 * BLUR_REACH + 1];
        for (int i = 0; i < weights.length; i++) {
            double distance = (i - BLUR_REACH) / BLUR;
            weights[i] = StrictMath.exp(-distance * distance / 2);
        }
        double sum = Arrays.stream(weights).sum();
        double[] levels = new double[image.rgb().length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = image.rgb()[i] & 0xff;
        }
        double[] across = blur(levels, weights, size, 3, size * 3);
        return new CanonicalImage(image.sha256(), size, rounded(blur(across, weights, size, size * 3, 3), sum * sum));
    }

    /**
     * Weighted sums along one axis.
     *
     * @param step from a sample to the next one along the axis
     * @param other from a sample to the next one along the other axis
     */
    private static double[] blur(double[] levels, double[] weights, int size, int step, int other) {
        double[] sums = new double[levels.length];
        for (int line = 0; line < size; line++) {
            for (int i = 0; i < size; i++) {
                for (int tap = 0; tap < weights.length; tap++) {
                    int from = line * other + Math.max(0, Math.min(size - 1, i + tap - BLUR_REACH)) * step;
                    int to = line * other + i * step;
                    for (int channel = 0; channel < 3; channel++) {
                        sums[to + channel] += weights[tap] * levels[from + channel];
                    }
                }
            }
        }
        return sums;
    }

    private static CanonicalImage noise(CanonicalImage image) {
        Random random = random(image);
        return everyLevel(image, level -> level + NOISE * random.nextGaussian());
    }

    private static CanonicalImage contrast(CanonicalImage image) {
        Random random = random(image);
        double gain = 1 + CONTRAST * (2 * random.nextDouble() - 1);
        double offset = BRIGHTNESS * (2 * random.nextDouble() - 1);
        return everyLevel(image, level -> gain * (level - MIDDLE_GREY) + MIDDLE_GREY + offset);
    }

    private static Random random(CanonicalImage image) {
        return new Random(Long.parseUnsignedLong(image.sha256(), 0, 16, 16));
    }

    private static CanonicalImage everyLevel(CanonicalImage image, DoubleUnaryOperator change) {
        List<byte[]> changed = new ArrayList<>();
        for (byte[] crop : image.crops()) {
            double[] levels = new double[crop.length];
            for (int i = 0; i < levels.length; i++) {
                levels[i] = change.applyAsDouble(crop[i] & 0xff);
            }
            changed.add(rounded(levels, 1));
        }
        return new CanonicalImage(image.sha256(), image.size(), changed);
    }

    private static byte[] rounded(double[] levels, double divisor) {
        byte[] rgb = new byte[levels.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.max(0, Math.min(255, Math.round(levels[i] / divisor)));
        }
        return rgb;
    }
}
