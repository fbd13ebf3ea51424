package dev.whence.attributor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.attributor.evaluation.Recorded;
import java.util.List;
import org.junit.jupiter.api.Test;

class CombinedPosteriorTest {
    private static final double[][][] SETS = Recorded.value("/combined_posterior/sets", double[][][].class);

    @Test
    void agreesWithNumPy() {
        double[][] expected = Recorded.value("/combined_posterior/combined", double[][].class);
        for (int i = 0; i < SETS.length; i++) {
            assertThat(CombinedPosterior.of(SETS[i], 0.3)).containsExactly(expected[i], within(1e-12));
        }
    }

    @Test
    void findsTheCorrelationThatAnOptimiserOfSciPyFinds() {
        int[] labels = Recorded.value("/combined_posterior/labels", int[].class);
        assertThat(CombinedPosterior.correlation(List.of(SETS), labels))
                .isCloseTo(Recorded.value("/combined_posterior/correlation", Double.class), within(0.0026));
    }

    @Test
    void independentEvidenceMultipliesAndFullyCorrelatedEvidenceStaysAsItIs() {
        // By hand: 0.8^2 : 0.2^2 is 16 : 1; sqrt(0.9 0.5) : sqrt(0.1 0.5) is 3 : 1.
        double[][] twice = {{0.8, 0.2}, {0.8, 0.2}};
        assertThat(CombinedPosterior.of(twice, 0)).containsExactly(new double[] {16 / 17.0, 1 / 17.0}, within(1e-12));
        assertThat(CombinedPosterior.of(twice, 1)).containsExactly(new double[] {0.8, 0.2}, within(1e-12));
        assertThat(CombinedPosterior.of(new double[][] {{0.9, 0.1}, {0.5, 0.5}}, 1))
                .containsExactly(new double[] {0.75, 0.25}, within(1e-12));
    }

    @Test
    void oneImageKeepsItsPosterior() {
        assertThat(CombinedPosterior.of(new double[][] {{0.7, 0.2, 0.1}}, 0.4))
                .containsExactly(new double[] {0.7, 0.2, 0.1}, within(1e-12));
    }

    @Test
    void noImageRulesAClassOutForGood() {
        double[][] images = new double[30][];
        for (int i = 0; i < 30; i++) {
            images[i] = i == 0 ? new double[] {0, 1} : new double[] {0.99, 0.01};
        }
        assertThat(CombinedPosterior.of(images, 0)[0]).isGreaterThan(0.99);
    }

    @Test
    void manyCertainImagesDoNotUnderflow() {
        double[][] images = new double[1000][];
        for (int i = 0; i < 1000; i++) {
            images[i] = new double[] {1 - 1e-9, 1e-9};
        }
        assertThat(CombinedPosterior.of(images, 0)).containsExactly(new double[] {1, 0}, within(1e-12));
    }
}
