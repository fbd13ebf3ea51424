package dev.whence.attributor.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.attributor.CanonicalImage;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TriangleFilterTest {
    @ParameterizedTest
    @ValueSource(ints = {8, 16, 33})
    void leavesAnImageOfTheSameSizeUntouched(int side) {
        byte[] image = noise(side);
        assertThat(TriangleFilter.resample(rows(image, side), 0, 0, side, side)).isEqualTo(image);
    }

    @Test
    void resamplesAWholeImageAsItDoesRows() {
        byte[] image = noise(16);
        CanonicalImage resampled = TriangleFilter.resample(new CanonicalImage("a", 16, image), 24);
        assertThat(resampled.rgb()).isEqualTo(TriangleFilter.resample(rows(image, 16), 0, 0, 16, 24));
        assertThat(resampled.size()).isEqualTo(24);
        assertThat(resampled.sha256()).isEqualTo("a");
    }

    @Test
    void halvesWithTheWeightsOneThreeThreeOne() {
        // Columns 0, 80, 160, ...: by hand, inside (1 a + 3 b + 3 c + 1 d) / 8, at the left edge (3 a + 3 b + 1 c) / 7.
        byte[] image = new byte[16 * 16 * 3];
        int[] column = {0, 80, 160, 240, 200, 120, 40, 0, 0, 0, 0, 0, 0, 0, 0, 255};
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) column[i / 3 % 16];
        }
        byte[] half = TriangleFilter.resample(rows(image, 16), 0, 0, 16, 8);
        assertThat(half[0] & 0xff).isEqualTo(57); // 400 / 7 = 57.14
        assertThat(half[3] & 0xff).isEqualTo(185); // (80 + 480 + 720 + 200) / 8
        assertThat(half[6] & 0xff).isEqualTo(155); // (240 + 600 + 360 + 40) / 8
        assertThat(half[9] & 0xff).isEqualTo(30); // (120 + 120) / 8
        assertThat(half[21] & 0xff).isEqualTo(109); // 3 * 255 / 7 = 109.29
    }

    @Test
    void doublesByInterpolatingBetweenPixelCentres() {
        byte[] image = new byte[8 * 8 * 3];
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) (i / 3 % 8 * 32);
        }
        byte[] doubled = TriangleFilter.resample(rows(image, 8), 0, 0, 8, 16);
        // By hand: 0, then a quarter and three quarters of the way between neighbours.
        assertThat(new int[] {doubled[0], doubled[3], doubled[6], doubled[9], doubled[12]})
                .containsExactly(0, 8, 24, 40, 56);
    }

    @Test
    void keepsWhiteWhiteAtTheLargestReduction() {
        PixelRows white = (x, y, rgb) -> Arrays.fill(rgb, (byte) 255);
        assertThat(TriangleFilter.resample(white, 0, 0, ImageLimits.LONGEST_SIDE, TriangleFilter.SMALLEST_SIDE))
                .containsOnly(255);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void commutesWithEveryOrientation(int exif) {
        Orientation orientation = Orientation.of(exif);
        byte[] image = noise(37);
        byte[] turnedLast = orientation.turn(TriangleFilter.resample(rows(image, 37), 0, 0, 37, 16), 16);
        byte[] turnedFirst = TriangleFilter.resample(rows(orientation.turn(image, 37), 37), 0, 0, 37, 16);
        assertThat(turnedLast).isEqualTo(turnedFirst);
    }

    private static byte[] noise(int side) {
        byte[] image = new byte[side * side * 3];
        new Random(side).nextBytes(image);
        return image;
    }

    private static PixelRows rows(byte[] image, int side) {
        return (x, y, rgb) -> System.arraycopy(image, (y * side + x) * 3, rgb, 0, rgb.length);
    }
}
