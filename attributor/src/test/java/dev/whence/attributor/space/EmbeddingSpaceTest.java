package dev.whence.attributor.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.attributor.CanonicalImage;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The graph's embeddings against the definitions, worked out pixel by pixel in double. */
class EmbeddingSpaceTest {
    private static final int SIZE = 8;
    private static final int PLANE = SIZE * SIZE;

    @Test
    void rgbIsThePixelInUnitsOfFullIntensityPlaneByPlane() {
        byte[] rgb = pixels(3);
        float[] embedding = embed(EmbeddingSpace.RGB, rgb);
        for (int channel = 0; channel < 3; channel++) {
            for (int i = 0; i < PLANE; i++) {
                assertThat(embedding[channel * PLANE + i])
                        .isCloseTo((rgb[3 * i + channel] & 0xff) / 255f, within(1e-6f));
            }
        }
    }

    @Test
    void freqIsTheLogMagnitudeOfTheShiftedFourierTransform() {
        byte[] rgb = pixels(5);
        float[] embedding = embed(EmbeddingSpace.FREQ, rgb);
        for (int channel = 0; channel < 3; channel++) {
            for (int v = 0; v < SIZE; v++) {
                for (int u = 0; u < SIZE; u++) {
                    double real = 0;
                    double imaginary = 0;
                    for (int y = 0; y < SIZE; y++) {
                        for (int x = 0; x < SIZE; x++) {
                            double value = (rgb[3 * (y * SIZE + x) + channel] & 0xff) / 255.0;
                            double angle = -2 * Math.PI * ((v - SIZE / 2) * y + (u - SIZE / 2) * x) / SIZE;
                            real += value * Math.cos(angle);
                            imaginary += value * Math.sin(angle);
                        }
                    }
                    assertThat((double) embedding[channel * PLANE + v * SIZE + u])
                            .isCloseTo(Math.log(Math.hypot(real, imaginary) + 1e-3), within(1e-3));
                }
            }
        }
    }

    @Test
    void aFlatImageHasItsEnergyInTheMiddleOfTheSpectrumOnly() {
        byte[] white = new byte[3 * PLANE];
        java.util.Arrays.fill(white, (byte) 255);
        float[] embedding = embed(EmbeddingSpace.FREQ, white);
        assertThat((double) embedding[SIZE / 2 * SIZE + SIZE / 2]).isCloseTo(Math.log(PLANE + 1e-3), within(1e-4));
        assertThat((double) embedding[0]).isCloseTo(Math.log(1e-3), within(0.05));
    }

    @Test
    void residualOfASinglePointIsTheHighPassKernel() {
        byte[] rgb = new byte[3 * PLANE];
        rgb[3 * (3 * SIZE + 4)] = (byte) 255;
        float[] embedding = embed(EmbeddingSpace.RESIDUAL, rgb);
        assertThat(embedding[3 * SIZE + 4]).isCloseTo(1 - 4 / 16f, within(1e-6f));
        assertThat(embedding[3 * SIZE + 5]).isCloseTo(-2 / 16f, within(1e-6f));
        assertThat(embedding[4 * SIZE + 5]).isCloseTo(-1 / 16f, within(1e-6f));
        assertThat(embedding[5 * SIZE + 5]).isZero();
        assertThat(embedding[PLANE + 3 * SIZE + 4]).isZero();
    }

    @Test
    void residualOfAFlatImageIsZeroUpToTheEdges() {
        byte[] grey = new byte[3 * PLANE];
        java.util.Arrays.fill(grey, (byte) 100);
        for (float v : embed(EmbeddingSpace.RESIDUAL, grey)) {
            assertThat(v).isCloseTo(0, within(1e-6f));
        }
    }

    @Test
    void statisticsCountNeighbouringDifferences() {
        byte[] rgb = pixels(11);
        float[] embedding = embed(EmbeddingSpace.STATISTICS, rgb);
        int[][] red = new int[SIZE][SIZE - 1];
        int[][] green = new int[SIZE][SIZE - 1];
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE - 1; x++) {
                red[y][x] = clipped(at(rgb, y, x + 1, 0) - at(rgb, y, x, 0));
                green[y][x] = clipped(at(rgb, y, x + 1, 1) - at(rgb, y, x, 1));
            }
        }
        int[] below = new int[49];
        int[] beside = new int[49];
        int[] across = new int[49];
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE - 1; x++) {
                across[7 * red[y][x] + green[y][x]]++;
                if (y + 1 < SIZE) {
                    below[7 * red[y][x] + red[y + 1][x]]++;
                }
                if (x + 1 < SIZE - 1) {
                    beside[7 * red[y][x] + red[y][x + 1]]++;
                }
            }
        }
        for (int pair = 0; pair < 49; pair++) {
            assertThat((double) embedding[pair]).isCloseTo(Math.sqrt(below[pair] / 49.0), within(1e-5));
            assertThat((double) embedding[5 * 49 + pair]).isCloseTo(Math.sqrt(beside[pair] / 48.0), within(1e-5));
            assertThat((double) embedding[22 * 49 + pair]).isCloseTo(Math.sqrt(across[pair] / 56.0), within(1e-5));
        }
    }

    @Test
    void statisticsOfAFlatImageAreItsValue() {
        byte[] grey = new byte[3 * PLANE];
        java.util.Arrays.fill(grey, (byte) 51);
        float[] embedding = embed(EmbeddingSpace.STATISTICS, grey);
        assertThat(embedding).hasSize(1590);
        // All differences are 0, in the middle of the 7 x 7.
        assertThat(embedding[24]).isEqualTo(1);
        // Luminance: one coefficient, 8 times the value; all others vanish under the floor.
        assertThat((double) embedding[24 * 49]).isCloseTo(0.1 * Math.log(8 * 51 + 0.1), within(1e-4));
        assertThat((double) embedding[24 * 49 + 1]).isCloseTo(0.1 * Math.log(0.1), within(1e-3));
        int values = 24 * 49 + 384;
        // Mean, deviation, least, largest, then shares: of 0, of 255, dark, bright, odd.
        float[] expected = {0.2f, 0, 0.2f, 0.2f, 0, 0, 0, 0, 1};
        for (int i = 0; i < expected.length; i++) {
            assertThat(embedding[values + 3 * i]).isCloseTo(expected[i], within(1e-5f));
        }
    }

    private static int at(byte[] rgb, int y, int x, int channel) {
        return rgb[3 * (y * SIZE + x) + channel] & 0xff;
    }

    private static int clipped(int difference) {
        return Math.max(-3, Math.min(3, difference)) + 3;
    }

    @Test
    void mirroringAnImageMirrorsEveryEmbedding() {
        byte[] rgb = pixels(7);
        byte[] mirrored = new byte[rgb.length];
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                System.arraycopy(rgb, 3 * (y * SIZE + x), mirrored, 3 * (y * SIZE + SIZE - 1 - x), 3);
            }
        }
        for (EmbeddingSpace space : EmbeddingSpace.BUILT_IN) {
            float[] direct = embed(space, mirrored);
            float[] original = embed(space, rgb);
            assertThat(direct).hasSize((int) space.shape(SIZE).size());
            for (int component = 0; component < direct.length; component++) {
                assertThat(original[space.mirrored(component, SIZE)])
                        .as("%s component %d", space, component)
                        .isCloseTo(direct[component], within(1e-3f));
            }
        }
    }

    @Test
    void anImageEmbedsTheSameAloneAndInABatch() {
        CanonicalImage first = new CanonicalImage("a", SIZE, pixels(1));
        CanonicalImage second = new CanonicalImage("b", SIZE, pixels(2));
        List<EmbeddingSpace> spaces = EmbeddingSpace.BUILT_IN;
        try (Embedder embedder = Embedder.of(spaces, SIZE, 1)) {
            float[][][] batch = embedder.embed(List.of(first, second));
            float[][][] alone = embedder.embed(List.of(second));
            for (int s = 0; s < spaces.size(); s++) {
                assertThat(batch[s][1]).containsExactly(alone[s][0], within(1e-5f));
            }
        }
    }

    @Test
    void theSameSpacesAreTheSameBytes() {
        List<EmbeddingSpace> spaces = EmbeddingSpace.BUILT_IN;
        assertThat(Embedder.graph(spaces, SIZE)).isEqualTo(Embedder.graph(spaces, SIZE));
    }

    @Test
    void anUnknownSpaceIsNamedInTheMessage() {
        assertThatThrownBy(() -> EmbeddingSpace.named("LAB"))
                .hasMessageContaining("LAB")
                .hasMessageContaining("RGB");
    }

    private static float[] embed(EmbeddingSpace space, byte[] rgb) {
        try (Embedder embedder = Embedder.of(List.of(space), SIZE, 1)) {
            return embedder.embed(List.of(new CanonicalImage("x", SIZE, rgb)))[0][0];
        }
    }

    /** Bytes that repeat late. */
    private static byte[] pixels(int seed) {
        byte[] rgb = new byte[3 * PLANE];
        new java.util.Random(seed).nextBytes(rgb);
        return rgb;
    }
}
