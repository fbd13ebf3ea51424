package dev.whence.attributor.training;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.training.EncoderImages.Normalisation;
import java.util.random.RandomGenerator;

/**
 * Distorts an image at random, in the order of Zbontar et al. 2021, appendix A.1, without blur and solarisation, which
 * leave little of 32 pixels: a piece of it brought to its whole size, mirrored or not, colours changed or taken away,
 * noise.
 *
 * @param smallestCrop share of the area that is kept, at least; up to the whole
 * @param jitter how often the colours are changed
 * @param light by how much brightness and contrast change at most, as a factor of 1 more or less
 * @param colour by how much saturation changes, likewise
 * @param hue by how much the hue turns at most, in turns
 * @param grey how often the colours are taken away
 * @param noise standard deviation of the noise at most, in levels of 256
 */
record Augmentation(
        double smallestCrop, double jitter, double light, double colour, double hue, double grey, double noise) {
    /** What leaves an image's class as plain as it was. */
    static final Augmentation MILD = new Augmentation(0.5, 0.5, 0.2, 0.2, 0, 0, 2);
    /** What leaves nothing but the content the same. */
    static final Augmentation STRONG = new Augmentation(0.25, 0.8, 0.4, 0.4, 0.1, 0.2, 6);

    /** Sides of a crop differ by this factor at most. */
    private static final double LONGEST = 4.0 / 3;

    private static final float RED = 0.299f;
    private static final float GREEN = 0.587f;
    private static final float BLUE = 0.114f;

    /**
     * Writes a distorted image as the network sees it.
     *
     * @param to takes 3 x size x size values from {@code at} on, red first
     */
    void apply(CanonicalImage image, Normalisation normalisation, RandomGenerator random, float[] to, int at) {
        int plane = image.size() * image.size();
        crop(image, random, to, at);
        if (random.nextDouble() < jitter) {
            jitter(random, to, at, plane);
        }
        if (random.nextDouble() < grey) {
            tint(to, at, plane, 0, 0);
        }
        double deviation = noise * random.nextDouble();
        for (int channel = 0; channel < 3; channel++) {
            for (int i = at + channel * plane; i < at + (channel + 1) * plane; i++) {
                float level = to[i] + (float) (deviation * random.nextGaussian());
                to[i] = normalisation.apply(Math.max(0, Math.min(255, level)), channel);
            }
        }
    }

    private void crop(CanonicalImage image, RandomGenerator random, float[] to, int at) {
        int size = image.size();
        double area = smallestCrop + (1 - smallestCrop) * random.nextDouble();
        double stretch = Math.pow(LONGEST, random.nextDouble() - 0.5);
        double width = Math.min(1, Math.sqrt(area) * stretch) * size;
        double height = Math.min(1, Math.sqrt(area) / stretch) * size;
        double left = random.nextDouble() * (size - width);
        double top = random.nextDouble() * (size - height);
        boolean mirrored = random.nextBoolean();
        byte[] rgb = image.rgb();
        int[] column = new int[size];
        float[] share = new float[size];
        for (int x = 0; x < size; x++) {
            double from = position(left, width, mirrored ? size - 1 - x : x, size);
            column[x] = Math.min(size - 2, (int) from);
            share[x] = (float) (from - column[x]);
        }
        for (int y = 0; y < size; y++) {
            double from = position(top, height, y, size);
            int row = Math.min(size - 2, (int) from);
            float below = (float) (from - row);
            for (int x = 0; x < size; x++) {
                int first = (row * size + column[x]) * 3;
                for (int channel = 0; channel < 3; channel++) {
                    float upper = between(rgb, first + channel, share[x]);
                    float lower = between(rgb, first + size * 3 + channel, share[x]);
                    to[at + (channel * size + y) * size + x] = upper + below * (lower - upper);
                }
            }
        }
    }

    /** Where a pixel of the result has its centre, in pixels of the image, within the centres of its outermost. */
    private static double position(double start, double length, int pixel, int size) {
        return Math.max(0, Math.min(size - 1, start + (pixel + 0.5) * length / size - 0.5));
    }

    private static float between(byte[] rgb, int first, float share) {
        int left = rgb[first] & 0xff;
        return left + share * ((rgb[first + 3] & 0xff) - left);
    }

    private void jitter(RandomGenerator random, float[] to, int at, int plane) {
        float brightness = factor(light, random);
        float contrast = factor(light, random);
        float saturation = factor(colour, random);
        double turn = 2 * Math.PI * hue * (2 * random.nextDouble() - 1);
        double sum = 0;
        for (int i = at; i < at + plane; i++) {
            sum += RED * to[i] + GREEN * to[i + plane] + BLUE * to[i + 2 * plane];
        }
        float middle = (float) (sum / plane);
        for (int i = at; i < at + 3 * plane; i++) {
            to[i] = brightness * (middle + contrast * (to[i] - middle));
        }
        tint(to, at, plane, saturation * Math.cos(turn), saturation * Math.sin(turn));
    }

    private static float factor(double most, RandomGenerator random) {
        return (float) (1 + most * (2 * random.nextDouble() - 1));
    }

    /** Turns and stretches every pixel's colour about its grey of the same lightness, in the plane of U and V. */
    private static void tint(float[] to, int at, int plane, double cosine, double sine) {
        float cos = (float) cosine;
        // U is 0.492 (blue - grey) and V is 0.877 (red - grey).
        float redOfBlue = (float) (sine * 0.492 / 0.877);
        float blueOfRed = (float) (-sine * 0.877 / 0.492);
        for (int i = at; i < at + plane; i++) {
            float grey = RED * to[i] + GREEN * to[i + plane] + BLUE * to[i + 2 * plane];
            float red = to[i] - grey;
            float blue = to[i + 2 * plane] - grey;
            to[i] = grey + cos * red + redOfBlue * blue;
            to[i + 2 * plane] = grey + cos * blue + blueOfRed * red;
            to[i + plane] = (grey - RED * to[i] - BLUE * to[i + 2 * plane]) / GREEN;
        }
    }
}
