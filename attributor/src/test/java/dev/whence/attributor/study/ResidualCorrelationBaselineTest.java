package dev.whence.attributor.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.attributor.CanonicalImage;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResidualCorrelationBaselineTest {
    private final ResidualCorrelationBaseline baseline =
            ResidualCorrelationBaseline.fit(List.of(image(0), image(1), image(2)), new int[] {0, 0, 1});

    /**
     * NumPy 2.4.6:
     *
     * <pre>
     * def image(i):
     *     y, x, c = np.mgrid[:8, :8, :3]
     *     return (37 * x + 59 * y + 83 * c + 11 * i * x * y + 29 * i * i) % 256
     * def residual(a):
     *     p, k = np.pad(a, ((1, 1), (1, 1), (0, 0)), mode="edge").astype(float), np.outer([1, 2, 1], [1, 2, 1]) / 16
     *     return a - sum(k[i, j] * p[i:i + 8, j:j + 8] for i in range(3) for j in range(3))
     * r = [residual(image(i)) for i in range(5)]
     * f = [(r[0] + r[1]) / 2, r[2]]
     * [[round(np.corrcoef(r[i].ravel(), g.ravel())[0, 1], 6) for g in f] for i in (1, 3, 4)]
     * </pre>
     */
    @Test
    void correlationsAreThoseOfNumPy() {
        float[][] expected = {{0.781432f, 0.032191f}, {0.263915f, -0.097100f}, {0.144927f, -0.027646f}};
        List<CanonicalImage> images = List.of(image(1), image(3), image(4));
        float[][] scores = baseline.scores(images);
        for (int i = 0; i < 3; i++) {
            for (int c = 0; c < 2; c++) {
                assertThat(scores[i][c]).isCloseTo(expected[i][c], within(1e-6f));
            }
        }
        assertThat(baseline.features(images)).isDeepEqualTo(scores);
    }

    @Test
    void aClassOfOneImageMatchesItWhole() {
        assertThat(baseline.scores(List.of(image(2)))[0][1]).isCloseTo(1, within(1e-6f));
    }

    @Test
    void anImageWithoutResidualCorrelatesWithNothing() {
        byte[] flat = new byte[8 * 8 * 3];
        Arrays.fill(flat, (byte) 200);
        assertThat(baseline.scores(List.of(new CanonicalImage("", 8, flat)))[0]).containsExactly(0, 0);
    }

    @Test
    void refusesAnotherSize() {
        CanonicalImage larger = new CanonicalImage("", 10, new byte[300]);
        assertThatThrownBy(() -> baseline.scores(List.of(larger))).hasMessageContaining("side 10");
    }

    private static CanonicalImage image(int i) {
        byte[] rgb = new byte[8 * 8 * 3];
        for (int j = 0; j < rgb.length; j++) {
            int x = j / 3 % 8;
            int y = j / 24;
            rgb[j] = (byte) (37 * x + 59 * y + 83 * (j % 3) + 11 * i * x * y + 29 * i * i);
        }
        return new CanonicalImage("", 8, rgb);
    }
}
