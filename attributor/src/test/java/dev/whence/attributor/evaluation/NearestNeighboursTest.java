package dev.whence.attributor.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NearestNeighboursTest {
    @Test
    void classifiesAsScikitLearnDoes() {
        NearestNeighbours neighbours = new NearestNeighbours(
                Recorded.value("/neighbours/train", float[][].class),
                Recorded.value("/neighbours/labels", int[].class),
                5);
        int[] predicted = Arrays.stream(Recorded.value("/neighbours/test", float[][].class))
                .mapToInt(neighbours::classify)
                .toArray();
        assertThat(predicted).hasSizeGreaterThan(40).isEqualTo(Recorded.value("/neighbours/predicted", int[].class));
    }

    @Test
    void amongEqualVotesTheNearestDecides() {
        NearestNeighbours neighbours =
                new NearestNeighbours(new float[][] {{0}, {3}, {4}, {7}}, new int[] {0, 1, 0, 1}, 4);
        assertThat(neighbours.classify(new float[] {1})).isZero();
        assertThat(neighbours.classify(new float[] {3.2f})).isEqualTo(1);
    }

    @Test
    void moreNeighboursThanFeaturesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NearestNeighbours(new float[][] {{0}}, new int[] {0}, 2))
                .withMessage("2 neighbours cannot vote with 1 features and 1 labels");
    }
}
