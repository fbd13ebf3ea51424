package dev.whence.attributor.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.training.EncoderImages.Normalisation;
import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static final int SIZE = 12;
    private static final int PLANE = SIZE * SIZE;
    /** Levels from 0 to 255 become values from 0 to 1. */
    private static final Normalisation NONE = new Normalisation(new float[3], new float[] {1, 1, 1});

    @Test
    void everyValueOfTheImageAndNoOtherIsWrittenAndInRange() {
        for (long seed = 0; seed < 50; seed++) {
            float[] values = new float[3 * PLANE + 2];
            Arrays.fill(values, Float.NaN);
            Augmentation.STRONG.apply(noise(), NONE, new SplittableRandom(seed), values, 1);
            assertThat(values[0]).isNaN();
            assertThat(values[3 * PLANE + 1]).isNaN();
            for (int i = 1; i <= 3 * PLANE; i++) {
                assertThat(values[i]).isBetween(0f, 1f);
            }
        }
    }

    @Test
    void theSeedDecides() {
        assertThat(distorted(Augmentation.STRONG, noise(), 1))
                .isEqualTo(distorted(Augmentation.STRONG, noise(), 1))
                .isNotEqualTo(distorted(Augmentation.STRONG, noise(), 2));
    }

    @Test
    void halfOfTheImagesAreMirrored() {
        Augmentation crop = new Augmentation(0.5, 0, 0, 0, 0, 0, 0);
        CanonicalImage brighterToTheRight = image((x, y, channel) -> 20 * x);
        int mirrored = 0;
        for (long seed = 0; seed < 400; seed++) {
            float[] values = distorted(crop, brighterToTheRight, seed);
            mirrored += values[0] > values[SIZE - 1] ? 1 : 0;
        }
        assertThat(mirrored).isBetween(160, 240);
    }

    @Test
    void aCropKeepsTheShareOfTheAreaThatWasAskedFor() {
        Augmentation crop = new Augmentation(0.25, 0, 0, 0, 0, 0, 0);
        // Red rises by 20 a column and green by 20 a row: what is seen of both is the crop's width and height.
        CanonicalImage slope = image((x, y, channel) -> channel == 0 ? 20 * x : channel == 1 ? 20 * y : 0);
        double smallest = 1;
        for (long seed = 0; seed < 400; seed++) {
            float[] values = distorted(crop, slope, seed);
            double width = Math.abs(values[SIZE / 2] - values[SIZE / 2 - 1]) * 255 / 20;
            double height =
                    Math.abs(values[PLANE + SIZE * SIZE / 2] - values[PLANE + SIZE * (SIZE / 2 - 1)]) * 255 / 20;
            assertThat(width * height).isBetween(0.249, 1.001);
            smallest = Math.min(smallest, width * height);
        }
        assertThat(smallest).isLessThan(0.3);
    }

    @Test
    void withoutColoursAllThreeAreTheGreyOfTheSameLightness() {
        Augmentation grey = new Augmentation(0.5, 0, 0, 0, 0, 1, 0);
        float[] values = distorted(grey, image((x, y, channel) -> new int[] {200, 100, 50}[channel]), 3);
        // ITU-R BT.601: 0.299 * 200 + 0.587 * 100 + 0.114 * 50
        for (float value : values) {
            assertThat(value * 255).isCloseTo(124.2f, within(0.01f));
        }
    }

    @Test
    void aTurnOfTheHueChangesColoursAndNotLightness() {
        Augmentation hue = new Augmentation(0.5, 1, 0, 0, 0.1, 0, 0);
        double furthest = 0;
        for (long seed = 0; seed < 50; seed++) {
            float[] values = distorted(hue, image((x, y, channel) -> new int[] {140, 120, 100}[channel]), seed);
            double red = values[0] * 255;
            double green = values[PLANE] * 255;
            double blue = values[2 * PLANE] * 255;
            assertThat(0.299 * red + 0.587 * green + 0.114 * blue).isCloseTo(123.7, within(0.01));
            furthest = Math.max(furthest, Math.abs(red - 140));
        }
        assertThat(furthest).isGreaterThan(5);
    }

    @Test
    void noiseIsNoStrongerThanAskedFor() {
        Augmentation noise = new Augmentation(0.5, 0, 0, 0, 0, 0, 10);
        double strongest = 0;
        for (long seed = 0; seed < 50; seed++) {
            double squares = 0;
            for (float value : distorted(noise, image((x, y, channel) -> 128), seed)) {
                squares += Math.pow(value * 255 - 128, 2);
            }
            strongest = Math.max(strongest, Math.sqrt(squares / (3 * PLANE)));
        }
        assertThat(strongest).isBetween(8.0, 11.0);
    }

    private static float[] distorted(Augmentation augmentation, CanonicalImage image, long seed) {
        float[] values = new float[3 * PLANE];
        augmentation.apply(image, NONE, new SplittableRandom(seed), values, 0);
        return values;
    }

    private interface Level {
        int at(int x, int y, int channel);
    }

    private static CanonicalImage noise() {
        Random random = new Random(5);
        return image((x, y, channel) -> random.nextInt(256));
    }

    private static CanonicalImage image(Level level) {
        byte[] rgb = new byte[3 * PLANE];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) level.at(i / 3 % SIZE, i / 3 / SIZE, i % 3);
        }
        return new CanonicalImage("", SIZE, rgb);
    }
}
