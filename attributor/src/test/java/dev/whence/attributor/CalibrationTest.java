package dev.whence.attributor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CalibrationTest {

    @Test
    void probabilitiesAreTheSoftmaxOfScaledLogits() {
        // exp(1), exp(0.5), exp(0) over their sum, by hand.
        double sum = Math.E + Math.sqrt(Math.E) + 1;
        double[] p = Calibration.probabilities(new float[] {2, 1, 0}, 2);
        assertThat(p[0]).isCloseTo(Math.E / sum, within(1e-9));
        assertThat(p[1]).isCloseTo(Math.sqrt(Math.E) / sum, within(1e-9));
        assertThat(p[2]).isCloseTo(1 / sum, within(1e-9));
    }

    @Test
    void hugeLogitsDoNotOverflow() {
        assertThat(Calibration.probabilities(new float[] {1e30f, -1e30f}, 0.1)).containsExactly(1, 0);
    }

    @Test
    void temperatureMakesStatedConfidenceEqualTheShareThatIsRight() {
        // Always logits (3, 0), right three times of four: the likelihood is best at softmax = 3/4,
        // that is 3/T = ln 3.
        float[][] logits = {{3, 0}, {3, 0}, {3, 0}, {3, 0}};
        assertThat(Calibration.temperature(logits, new int[] {0, 0, 0, 1})).isCloseTo(3 / Math.log(3), within(1e-4));
    }

    @Test
    void negativeLogLikelihoodIsTheMeanOverImages() {
        float[][] logits = {{0, 0}, {0, 0}};
        assertThat(Calibration.negativeLogLikelihood(logits, new int[] {0, 1}, 1))
                .isCloseTo(Math.log(2), within(1e-12));
    }
}
