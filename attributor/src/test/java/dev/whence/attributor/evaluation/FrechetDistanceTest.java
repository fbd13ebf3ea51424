package dev.whence.attributor.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {
    @Test
    void agreesWithSciPyWhereAClassHasFewerImagesThanDimensionsToo() {
        float[][][] classes = Recorded.value("/frechet_distances/classes", float[][][].class);
        double[][] expected = Recorded.value("/frechet_distances/distances", double[][].class);
        assertThat(classes[4].length).isLessThan(classes[4][0].length);
        for (int i = 0; i < classes.length; i++) {
            for (int j = 0; j < classes.length; j++) {
                // SciPy's own roots of singular products are good to about 1e-8, and features are float here
                assertThat(Gaussian.of(classes[i]).frechetDistance(Gaussian.of(classes[j])))
                        .as("classes %d and %d", i, j)
                        .isCloseTo(expected[i][j], within(1e-5));
            }
        }
    }

    @Test
    void ofTwoLinesItIsWhatAHandSays() {
        // Means (1, 0) and (0, 4): 17. Covariances 2 e1 e1' and 8 e2 e2': traces 2 and 8, and their product is 0.
        Gaussian flat = Gaussian.of(new float[][] {{0, 0}, {2, 0}});
        Gaussian upright = Gaussian.of(new float[][] {{0, 2}, {0, 6}});
        assertThat(flat.frechetDistance(upright)).isCloseTo(27, within(1e-12));
        // Deviations sqrt(2) and sqrt(32) along one line: their difference squared is 18; means 1 and 4.
        Gaussian longer = Gaussian.of(new float[][] {{0, 0}, {8, 0}});
        assertThat(flat.frechetDistance(longer)).isCloseTo(27, within(1e-12));
    }

    @Test
    void aDimensionThatNeverVariesAddsNothing() {
        // Means 1 and 2 in the middle, where variances are 2/3 and 8/3; four images of three dimensions.
        Gaussian narrow = Gaussian.of(new float[][] {{5, 0, 7}, {5, 1, 7}, {5, 1, 7}, {5, 2, 7}});
        Gaussian wide = Gaussian.of(new float[][] {{5, 0, 7}, {5, 2, 7}, {5, 2, 7}, {5, 4, 7}});
        assertThat(narrow.frechetDistance(wide)).isCloseTo(1 + 2.0 / 3, within(1e-12));
    }

    @Test
    void aSingleImageHasNoCovariance() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Gaussian.of(new float[][] {{1, 2}}))
                .withMessageContaining("2 images, not 1");
    }

    @Test
    void featuresThatAreNoNumbersAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Gaussian.of(new float[][] {{Float.NaN, 2}, {3, 4}}))
                .withMessageContaining("not finite");
    }

    @Test
    void theRatioOfTwoSimplicesIsWhatAHandSays() {
        // Four unit vectors each, all orthogonal. Between: means 8/16 apart, covariances of trace 1 with no direction
        // in common.
        // Any halves of two: means 4/4 apart, covariances of trace 1 with no direction in common.
        float[][] first = new float[4][8];
        float[][] second = new float[4][8];
        for (int i = 0; i < 4; i++) {
            first[i][i] = 1;
            second[i][4 + i] = 1;
        }
        FrechetDistanceRatio ratio = FrechetDistanceRatio.of(List.of(first, second), 1);
        assertThat(ratio.between()).isCloseTo(2.5, within(1e-12));
        assertThat(ratio.within()).isCloseTo(3, within(1e-12));
        assertThat(ratio.ratio()).isCloseTo(2.5 / 3, within(1e-12));
    }

    @Test
    void theSameSeedDrawsTheSameHalves() {
        float[][][] classes = Recorded.value("/frechet_distances/classes", float[][][].class);
        List<float[][]> large = List.of(classes).subList(0, 3);
        FrechetDistanceRatio ratio = FrechetDistanceRatio.of(large, 3);
        assertThat(FrechetDistanceRatio.of(large, 3)).isEqualTo(ratio);
        assertThat(FrechetDistanceRatio.of(large, 4).within()).isNotEqualTo(ratio.within());
    }

    @Test
    void aClassThatCannotBeHalvedIsRefusedAndOneClassHasNoRatio() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FrechetDistanceRatio.of(List.<float[][]>of(new float[3][2]), 1))
                .withMessageContaining("4 images of each class, not 3");
        assertThat(FrechetDistanceRatio.of(List.<float[][]>of(new float[][] {{1}, {2}, {3}, {4}}), 1)
                        .ratio())
                .isNaN();
    }
}
