package dev.whence.attributor.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LogisticRegressionTest {
    private static final int[] LABELS = {0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2};
    private static final float[][] FEATURES = {
        {0, 1}, {1, 0}, {1, 2}, {2, 1}, {0, 3}, {1, 4}, {4, 1}, {5, 2}, {3, 0}, {2, 5}, {4, 4}, {0, 2}
    };
    private static final float[][] ASKED = {{0, 0}, {3, 2}, {2, 4}, {1, 3}};

    /**
     * scikit-learn 1.9.1, x and y as above:
     *
     * <pre>
     * s = StandardScaler().fit(x)
     * m = LogisticRegression(class_weight="balanced", tol=1e-12, max_iter=10000).fit(s.transform(x), y)
     * m.predict_proba(s.transform([[0, 0], [3, 2], [2, 4], [1, 3]])).round(6)
     * </pre>
     */
    private static final float[][] PROBABILITIES = {
        {0.787483f, 0.111196f, 0.101321f},
        {0.276704f, 0.408988f, 0.314308f},
        {0.257021f, 0.055435f, 0.687544f},
        {0.459616f, 0.052270f, 0.488114f}
    };

    @Test
    void probabilitiesAreThoseOfScikitLearn() {
        assertProbabilities(LogisticRegression.fit(FEATURES, LABELS).probabilities(ASKED));
    }

    @Test
    void scaleOfAFeatureAndOneThatNeverVariesDoNotMatter() {
        float[][] probabilities =
                LogisticRegression.fit(widened(FEATURES), LABELS).probabilities(widened(ASKED));
        assertProbabilities(probabilities);
    }

    @Test
    void separatesTwoBlobsWhateverTheirSizes() {
        Random random = new Random(7);
        float[][] features = new float[1100][];
        int[] labels = new int[1100];
        for (int i = 0; i < 1100; i++) {
            labels[i] = i < 1000 ? 0 : 1;
            double centre = i < 1000 ? -1.5 : 1.5;
            features[i] = new float[] {(float) (centre + random.nextGaussian()), (float) random.nextGaussian()};
        }
        LogisticRegression regression = LogisticRegression.fit(features, labels);
        float[][] probabilities = regression.probabilities(features);
        int right = 0;
        for (int i = 0; i < 1100; i++) {
            right += probabilities[i][labels[i]] > 0.5 ? 1 : 0;
        }
        // The best rule is right for a share of 0.9332 of each class.
        assertThat(right / 1100.0).isCloseTo(0.9332, within(0.025));
        // By Bayes, with equal shares, log odds are 3 x: even at 0, 0.9526 at 1.
        float[][] asked = regression.probabilities(new float[][] {{0, 0}, {1, 0}});
        assertThat(asked[0][1]).isCloseTo(0.5f, within(0.12f));
        assertThat(asked[1][1]).isCloseTo(0.9526f, within(0.03f));
    }

    @Test
    void refusesAClassWithoutImages() {
        assertThatThrownBy(() -> LogisticRegression.fit(new float[][] {{1}, {2}}, new int[] {0, 2}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Class 1");
    }

    private static void assertProbabilities(float[][] probabilities) {
        assertThat(probabilities).hasDimensions(4, 3);
        for (int i = 0; i < PROBABILITIES.length; i++) {
            for (int c = 0; c < 3; c++) {
                assertThat(probabilities[i][c]).isCloseTo(PROBABILITIES[i][c], within(1e-5f));
            }
        }
    }

    private static float[][] widened(float[][] features) {
        float[][] wide = new float[features.length][];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = new float[] {1000 * features[i][0] - 5, 7, features[i][1]};
        }
        return wide;
    }
}
