package dev.whence.attributor.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class OpinionPoolTest {
    /** Two classes of logits +-m with noise of variance s2: the right weight is proportional to m / s2. */
    @Test
    void viewsWeighAsMuchAsTheyKnow() {
        Random random = new Random(1);
        int images = 6000;
        int[] labels = new int[images];
        float[][][] logits = new float[3][images][];
        for (int i = 0; i < images; i++) {
            labels[i] = i % 2;
            double sign = labels[i] == 1 ? 1 : -1;
            logits[0][i] = pair(sign + random.nextGaussian());
            logits[1][i] = pair(sign + 2 * random.nextGaussian());
            logits[2][i] = pair(random.nextGaussian());
        }
        double[] weights = OpinionPool.weights(logits, labels);
        assertThat(weights[0] + weights[1] + weights[2]).isCloseTo(1, within(1e-12));
        assertThat(weights[0]).isCloseTo(0.8, within(0.03));
        assertThat(weights[1]).isCloseTo(0.2, within(0.03));
        assertThat(weights[2]).isCloseTo(0, within(0.02));
    }

    /** A class with a tenth of the images counts as much as the other. */
    @Test
    void everyClassCountsTheSame() {
        int[] labels = new int[110];
        float[][][] logits = new float[2][110][];
        for (int i = 0; i < 110; i++) {
            labels[i] = i < 100 ? 0 : 1;
            // The first view is right about the many and says nothing of the few, the second the other way round.
            logits[0][i] = i < 100 ? new float[] {1, 0} : new float[] {0, 0};
            logits[1][i] = i < 100 ? new float[] {0, 0} : new float[] {0, 1};
        }
        double[] weights = OpinionPool.weights(logits, labels);
        assertThat(weights[0]).isCloseTo(weights[1], within(0.01));
    }

    @Test
    void whereNoViewSaysAnythingAllCountTheSame() {
        float[][] wrong = {{0, 1}, {1, 0}};
        assertThat(OpinionPool.weights(new float[][][] {wrong, wrong}, new int[] {0, 1}))
                .containsExactly(0.5, 0.5);
    }

    @Test
    void pooledLogitsAreTheWeightedSum() {
        float[][][] logits = {{{1, 2}, {3, 4}}, {{10, 20}, {30, 40}}};
        assertThat(OpinionPool.pooled(logits, new double[] {0.75, 0.25}))
                .isDeepEqualTo(new float[][] {{3.25f, 6.5f}, {9.75f, 13}});
    }

    private static float[] pair(double logit) {
        return new float[] {(float) -logit, (float) logit};
    }
}
