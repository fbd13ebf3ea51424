package dev.whence.attributor.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.image.Perturbation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpectrumBaselineTest {
    @Test
    void aCosineIsWhollyInItsBin() {
        // 228, 128, 28, 128: no rounding. Of 32 x 32 frequencies 48 have a radius of 7.5 to 8.5, two of them the power
        // (32 * 32 * 100 / 2)^2 / 32^2 = 2,560,000; the others have none, and what rounding would leave is added: 1 /
        // 12.
        float[] spectrum =
                new RadialSpectrum(32).of(grey(32, (x, y) -> 128 + (int) Math.round(100 * Math.cos(Math.PI * y / 2))));
        assertThat(spectrum).hasSize(24); // 16 sqrt 2 = 22.6
        double none = Math.log(1.0 / 12);
        for (int k = 1; k < 24; k++) {
            double expected = k == 8 ? (2 * Math.log(2_560_000) + 46 * none) / 48 : none;
            assertThat(spectrum[k]).as("bin %d", k).isCloseTo((float) expected, within(1e-4f));
        }
        assertThat(spectrum[0]).isCloseTo((float) Math.log(1024 * 128 * 128), within(1e-4f));
    }

    @ParameterizedTest
    @CsvSource({"8, 2", "12, 2", "12, 3", "12, 4", "12, 6", "20, 5", "24, 8", "32, 16", "64, 16"})
    void onlyTheBinOfACosineRises(int size, int frequency) {
        // A half, a third, a quarter and a sixth of a turn have whole cosines times 100: nothing is rounded.
        float[] spectrum = new RadialSpectrum(size)
                .of(grey(size, (x, y) -> 128 + (int) Math.round(100 * Math.cos(2 * Math.PI * frequency * x / size))));
        float none = (float) Math.log(1.0 / 12);
        for (int k = 1; k < spectrum.length; k++) {
            if (k == frequency) {
                assertThat(spectrum[k]).isGreaterThan(none + 0.1f);
            } else {
                assertThat(spectrum[k]).as("bin %d", k).isCloseTo(none, within(1e-4f));
            }
        }
    }

    @Test
    void whiteNoiseIsFlat() {
        Random random = new Random(9);
        double[] sums = new double[24];
        for (int i = 0; i < 400; i++) {
            float[] spectrum = new RadialSpectrum(32).of(grey(32, (x, y) -> level(128 + 30 * random.nextGaussian())));
            for (int k = 0; k < sums.length; k++) {
                sums[k] += spectrum[k] / 400;
            }
        }
        // Power is exponentially distributed around the variance, whose logarithm has the mean log 900 - 0.5772.
        for (int k = 1; k < 23; k++) {
            assertThat(sums[k]).as("bin %d", k).isCloseTo(Math.log(900) - 0.5772, within(0.15));
        }
        // The corner is a single frequency, with a real value: log 900 + the mean of the logarithm of chi squared,
        // -1.2704.
        assertThat(sums[23]).isCloseTo(Math.log(900) - 1.2704, within(0.6));
    }

    @Test
    void greyIsLuma() {
        byte[] rgb = new byte[8 * 8 * 3];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = 100;
            rgb[i + 1] = 50;
            rgb[i + 2] = 10;
        }
        // 29.9 + 29.35 + 1.14 = 60.39
        assertThat(new RadialSpectrum(8).of(new CanonicalImage("", 8, rgb))[0])
                .isCloseTo((float) Math.log(64 * 60.39 * 60.39 + 1.0 / 12), within(1e-4f));
    }

    @Test
    void tellsSmoothFromRoughImages() {
        Random random = new Random(2);
        List<CanonicalImage> images = new ArrayList<>();
        int[] labels = new int[60];
        for (int i = 0; i < 60; i++) {
            labels[i] = i % 3 == 0 ? 1 : 0;
            CanonicalImage noise = grey(10, (x, y) -> level(128 + 40 * random.nextGaussian()));
            images.add(labels[i] == 1 ? Perturbation.named("blur").apply(noise) : noise);
        }
        SpectrumBaseline baseline = SpectrumBaseline.fit(images.subList(0, 40), Arrays.copyOf(labels, 40));
        float[][] scores = baseline.scores(images.subList(40, 60));
        for (int i = 0; i < 20; i++) {
            assertThat(scores[i][labels[40 + i]]).isGreaterThan(0.5f);
            assertThat(scores[i][0] + scores[i][1]).isCloseTo(1, within(1e-5f));
        }
        assertThat(baseline.features(images.subList(0, 1))[0])
                .isEqualTo(new RadialSpectrum(10).of(images.get(0)))
                .hasSize(8); // 5 sqrt 2 = 7.07
    }

    @Test
    void refusesOddAndMixedSizes() {
        assertThatThrownBy(() -> new RadialSpectrum(9)).hasMessageContaining("even");
        RadialSpectrum spectrum = new RadialSpectrum(8);
        assertThatThrownBy(() -> spectrum.of(grey(10, (x, y) -> 0))).hasMessageContaining("side 10");
    }

    private static int level(double value) {
        return (int) Math.max(0, Math.min(255, Math.round(value)));
    }

    private static CanonicalImage grey(int size, IntBinaryOperator level) {
        byte[] rgb = new byte[size * size * 3];
        for (int i = 0; i < rgb.length; i += 3) {
            byte value = (byte) level.applyAsInt(i / 3 % size, i / 3 / size);
            rgb[i] = value;
            rgb[i + 1] = value;
            rgb[i + 2] = value;
        }
        return new CanonicalImage("", size, rgb);
    }
}
