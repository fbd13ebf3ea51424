package dev.whence.attributor.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.Hashes;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PerturbationTest {
    static Stream<Perturbation> grid() {
        return Perturbation.grid().stream();
    }

    static Stream<Perturbation> allThatKeepAConstant() {
        return grid().filter(perturbation -> !List.of("noise", "contrast").contains(perturbation.name()));
    }

    @Test
    void everyNameOfTheGridFindsItsPerturbation() {
        assertThat(grid().map(Perturbation::name))
                .containsExactly(
                        "none",
                        "jpeg-95",
                        "jpeg-85",
                        "jpeg-75",
                        "jpeg-65",
                        "jpeg-50",
                        "jpeg-40",
                        "jpeg-30",
                        "double-jpeg",
                        "resize-0.5",
                        "resize-0.75",
                        "resize-1.5",
                        "crop",
                        "blur",
                        "noise",
                        "contrast");
        assertThat(grid())
                .allSatisfy(p -> assertThat(Perturbation.named(p.name())).isSameAs(p));
        assertThatThrownBy(() -> Perturbation.named("sepia"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sepia")
                .hasMessageContaining("double-jpeg");
    }

    @ParameterizedTest
    @MethodSource("grid")
    void keepsSizeAndHashAndTheImageGiven(Perturbation perturbation) {
        for (int size : new int[] {8, 32, 50}) {
            CanonicalImage image = coloured(size);
            byte[] before = image.rgb().clone();
            CanonicalImage result = perturbation.apply(image);
            assertThat(result.size()).isEqualTo(size);
            assertThat(result.sha256()).isEqualTo(image.sha256());
            assertThat(image.rgb()).isEqualTo(before);
            assertThat(perturbation.apply(image).rgb()).isEqualTo(result.rgb());
        }
    }

    @ParameterizedTest
    @MethodSource("allThatKeepAConstant")
    void leavesAConstantImageConstant(Perturbation perturbation) {
        boolean jpeg = perturbation.name().contains("jpeg");
        for (int level : new int[] {0, 77, 139, 255}) {
            int[] result = levels(perturbation.apply(grey(32, (x, y) -> level)));
            assertThat(result).containsOnly(result[0]);
            assertThat(result[0]).isCloseTo(level, within(jpeg ? 2 : 0));
        }
    }

    /**
     * Of a constant block only the mean is coded: 8 (level - 128) in steps of the first entry of libjpeg's table for luminance, 16 at quality
     * 50, times 50 / quality below and 2 - quality / 50 above: 27 at 30, 20 at 40, 13 at 60, 8 at 75. By hand, 130 is 16 / 27 steps, so 1,
     * so 128 + 27 / 8.
     */
    @ParameterizedTest
    @CsvSource({"30, 130, 131", "30, 140, 142", "40, 130, 131", "60, 134, 135", "60, 132, 131", "75, 131, 131"})
    void quantisesAsTheQualitySays(int quality, int level, int expected) {
        assertThat(levels(Jpeg.reencode(grey(16, (x, y) -> level), quality))).containsOnly(expected);
    }

    @Test
    void halvesTheChromaOfJpeg() {
        // Columns of a red and a green of the same luma, 118: their chroma is averaged away.
        byte[] rgb = new byte[32 * 32 * 3];
        for (int i = 0; i < rgb.length; i += 6) {
            rgb[i] = (byte) 160;
            rgb[i + 1] = 100;
            rgb[i + 2] = 100;
            rgb[i + 3] = 100;
            rgb[i + 4] = (byte) 131;
            rgb[i + 5] = 100;
        }
        int[] result = levels(Perturbation.named("jpeg-95").apply(image(32, rgb)));
        for (int i = 0; i < result.length; i += 6) {
            assertThat(result[i] - result[i + 3]).isBetween(-4, 4);
        }
    }

    @Test
    void losesMoreAsTheQualityFalls() {
        CanonicalImage image = coloured(32);
        List<Double> errors = grid().filter(p -> p.name().startsWith("jpeg"))
                .map(p -> error(image, p.apply(image)))
                .toList();
        assertThat(errors).hasSize(7).isSorted().doesNotHaveDuplicates();
        assertThat(error(image, Perturbation.named("none").apply(image))).isZero();
    }

    @Test
    void doubleJpegIsSixtyAfterEightyFive() {
        CanonicalImage image = coloured(32);
        byte[] twice = Perturbation.named("double-jpeg").apply(image).rgb();
        assertThat(twice)
                .isEqualTo(Jpeg.reencode(Perturbation.named("jpeg-85").apply(image), 60)
                        .rgb())
                .isNotEqualTo(Jpeg.reencode(image, 60).rgb());
    }

    @ParameterizedTest
    @ValueSource(strings = {"resize-0.5", "resize-0.75", "resize-1.5"})
    void resizingLeavesARampInTheInterior(String name) {
        int[] result = levels(Perturbation.named(name).apply(grey(32, (x, y) -> 10 + 6 * x)));
        for (int i = 0; i < result.length; i++) {
            int x = i / 3 % 32;
            if (x >= 3 && x < 29) {
                assertThat(result[i]).isCloseTo(10 + 6 * x, within(1));
            }
        }
    }

    @Test
    void resizingLosesTheFinestStripes() {
        // At half the size the weights 1 3 3 1 see as many black as white columns.
        int[] result = levels(Perturbation.named("resize-0.5").apply(grey(32, (x, y) -> x % 2 * 200)));
        assertThat(result[(16 * 32 + 16) * 3]).isEqualTo(100);
        assertThat(result[(16 * 32 + 17) * 3]).isEqualTo(100);
    }

    @Test
    void cropEnlargesTheMiddle() {
        int[] result = levels(Perturbation.named("crop").apply(grey(32, (x, y) -> 8 * y)));
        for (int y = 1; y < 31; y++) {
            // Pixel y of 32 has its centre at 2 + (y + 1/2) 28/32 - 1/2 of the image.
            assertThat(result[y * 32 * 3]).isCloseTo((int) Math.round(8 * (1.5 + (y + 0.5) * 0.875)), within(1));
        }
    }

    @Test
    void blursAPixelToTheWeightsOfTheGaussian() {
        int[] result = levels(Perturbation.named("blur").apply(grey(16, (x, y) -> x == 7 && y == 8 ? 255 : 0)));
        // By hand: exp(-d^2 / 1.28) for d = 0, 1, 2, 3 is 1, 0.45783, 0.04394, 0.00088, divided by the sum on both
        // sides, 2.00531:
        // 0.49867, 0.22831, 0.02191, 0.00044. Products of two of them, times 255:
        int[][] expected = {{63, 29, 3, 0}, {29, 13, 1, 0}, {3, 1, 0, 0}, {0, 0, 0, 0}};
        for (int y = 0; y < 16; y++) {
            for (int x = 0; x < 16; x++) {
                int dx = Math.min(3, Math.abs(x - 7));
                int dy = Math.min(3, Math.abs(y - 8));
                assertThat(Arrays.copyOfRange(result, (y * 16 + x) * 3, (y * 16 + x) * 3 + 3))
                        .containsOnly(expected[dy][dx]);
            }
        }
    }

    @Test
    void noiseHasTheStatedDeviation() {
        CanonicalImage grey = grey(256, (x, y) -> 128);
        int[] result = levels(Perturbation.named("noise").apply(grey));
        double mean = Arrays.stream(result).average().orElseThrow() - 128;
        double variance = Arrays.stream(result)
                        .mapToDouble(level -> (level - 128.0) * (level - 128))
                        .average()
                        .orElseThrow()
                - mean * mean;
        // Six standard errors of 196,608 samples; rounding adds 1/12 to the variance.
        assertThat(mean).isCloseTo(0, within(0.055));
        assertThat(Math.sqrt(variance)).isCloseTo(Math.sqrt(16 + 1.0 / 12), within(0.04));
        double neighbours = IntStream.range(1, result.length)
                .mapToDouble(i -> (result[i] - 128.0) * (result[i - 1] - 128))
                .average()
                .orElseThrow();
        assertThat(neighbours / variance).isCloseTo(0, within(0.0136));
    }

    @Test
    void noiseIsAnothersForAnotherImage() {
        CanonicalImage grey = grey(32, (x, y) -> 128);
        CanonicalImage other = new CanonicalImage(Hashes.sha256("other"), 32, grey.rgb());
        Perturbation noise = Perturbation.named("noise");
        assertThat(noise.apply(other).rgb()).isNotEqualTo(noise.apply(grey).rgb());
    }

    @Test
    void contrastIsOneAffineMapOfAllLevelsAndAnotherForAnotherImage() {
        Perturbation contrast = Perturbation.named("contrast");
        CanonicalImage ramp = grey(32, (x, y) -> 40 + 5 * x);
        int[] result = levels(contrast.apply(ramp));
        double gain = (result[31 * 3] - result[0]) / (5.0 * 31);
        assertThat(gain).isBetween(0.79, 1.21);
        assertThat(result[0] - (gain * (40 - 127.5) + 127.5)).isBetween(-17.0, 17.0);
        for (int x = 0; x < 32; x++) {
            // Both ends of the line are rounded.
            assertThat((double) result[x * 3]).isCloseTo(result[0] + gain * 5 * x, within(1.01));
        }
        CanonicalImage other = new CanonicalImage(Hashes.sha256("other"), 32, ramp.rgb());
        assertThat(contrast.apply(other).rgb())
                .isNotEqualTo(contrast.apply(ramp).rgb());
    }

    private static double error(CanonicalImage a, CanonicalImage b) {
        int[] first = levels(a);
        int[] second = levels(b);
        return IntStream.range(0, first.length)
                .mapToDouble(i -> Math.pow(first[i] - second[i], 2))
                .average()
                .orElseThrow();
    }

    private static CanonicalImage coloured(int size) {
        byte[] rgb = new byte[size * size * 3];
        new Random(5).nextBytes(rgb);
        return image(size, rgb);
    }

    private static CanonicalImage grey(int size, IntBinaryOperator level) {
        byte[] rgb = new byte[size * size * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) level.applyAsInt(i / 3 % size, i / 3 / size);
        }
        return image(size, rgb);
    }

    private static CanonicalImage image(int size, byte[] rgb) {
        return new CanonicalImage(Hashes.sha256(rgb), size, rgb);
    }

    private static int[] levels(CanonicalImage image) {
        return IntStream.range(0, image.rgb().length)
                .map(i -> image.rgb()[i] & 0xff)
                .toArray();
    }
}
