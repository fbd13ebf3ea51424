package dev.whence.attributor.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** {@link KMeans} and {@link NormalizedMutualInformation}. */
class ClusteringTest {
    private static final double EXACT = 1e-12;

    @Test
    void findsTheClustersThatScikitLearnFindsIn200Starts() {
        KMeans clustering = KMeans.of(Recorded.value("/clustering/points", float[][].class), 4, 20, 1);
        assertThat(clustering.inertia()).isCloseTo(Recorded.number("/clustering/inertia"), within(1e-4));
        assertThat(NormalizedMutualInformation.between(
                        clustering.clusters(), Recorded.value("/clustering/labels", int[].class)))
                .isCloseTo(1, within(EXACT));
    }

    @Test
    void theSameSeedGivesTheSameClusters() {
        float[][] points = Recorded.value("/clustering/points", float[][].class);
        assertThat(KMeans.of(points, 4, 1, 5).clusters())
                .isEqualTo(KMeans.of(points, 4, 1, 5).clusters());
    }

    @Test
    void asManyClustersAsPointsLeaveNoDistance() {
        assertThat(KMeans.of(new float[][] {{0}, {1}, {5}}, 3, 1, 1).inertia()).isZero();
        assertThat(KMeans.of(new float[][] {{2}, {2}, {2}}, 2, 1, 1).inertia()).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KMeans.of(new float[][] {{0}, {1}}, 3, 1, 1))
                .withMessage("2 points cannot make 3 clusters; ask for 1 to 2");
    }

    @Test
    void informationIsThatOfScikitLearnAndChanceThatOfAllPermutations() {
        NormalizedMutualInformation information = NormalizedMutualInformation.of(
                Recorded.value("/clustering/clusters", int[].class),
                Recorded.value("/clustering/generators", int[].class),
                Recorded.value("/clustering/choices", int[].class),
                20_000,
                1);
        double deviation = Recorded.number("/clustering/permutedDeviation");
        assertThat(information.value()).isCloseTo(Recorded.number("/clustering/information"), within(EXACT));
        // Five standard errors of 20,000 draws.
        assertThat(information.permutedMean())
                .isCloseTo(Recorded.number("/clustering/permutedMean"), within(5 * deviation / Math.sqrt(20_000)));
        assertThat(information.permutedDeviation()).isCloseTo(deviation, within(0.05 * deviation));
        assertThat(information.pValue())
                .isCloseTo(Recorded.number("/clustering/pValue"), within(5 * 0.5 / Math.sqrt(20_000)));
    }

    @Test
    void oneLabellingTellsAllOfItsRenamingAndNothingOfOneLabel() {
        assertThat(NormalizedMutualInformation.between(new int[] {0, 0, 1, 2}, new int[] {2, 2, 0, 1}))
                .isCloseTo(1, within(EXACT));
        assertThat(NormalizedMutualInformation.between(new int[] {0, 1, 0, 1}, new int[] {0, 0, 0, 0}))
                .isZero();
        // By hand: independent halves.
        assertThat(NormalizedMutualInformation.between(new int[] {0, 0, 1, 1}, new int[] {0, 1, 0, 1}))
                .isZero();
    }

    @Test
    void twoGeneratorsProveNothing() {
        // Whoever tells two generators apart tells their choices apart: each permutation is as good as the truth.
        NormalizedMutualInformation information = NormalizedMutualInformation.of(
                new int[] {0, 0, 1, 1}, new int[] {0, 0, 1, 1}, new int[] {0, 1}, 100, 1);
        assertThat(information.value()).isCloseTo(1, within(EXACT));
        assertThat(information.permutedMean()).isCloseTo(1, within(EXACT));
        assertThat(information.pValue()).isEqualTo(1);
    }

    @Test
    void labelsOfDifferentItemsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NormalizedMutualInformation.between(new int[] {0, 1}, new int[] {0}))
                .withMessageContaining("2 and 1 labels");
    }
}
