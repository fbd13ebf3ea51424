package dev.whence.attributor.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class NearestNeighbourBaselineTest {
    @Test
    void aVoteOfASmallClassWeighsMore() {
        // Near (1, 0): 15 of the 30 of class 0, then the 5 of class 1; the other 15 of class 0 are too far to vote.
        // Lengths do not count.
        float[][] vectors = new float[35][];
        int[] labels = new int[35];
        for (int i = 0; i < 35; i++) {
            boolean small = i >= 15 && i < 20;
            labels[i] = small ? 1 : 0;
            float length = 1 + i % 4;
            vectors[i] = new float[] {length, length * 0.02f * i};
        }
        float[][] scores = new NearestNeighbourBaseline(vectors, labels).scores(new float[][] {{3, 0}, {0, 0.1f}});
        // By hand: 15 / 30 and 5 / 5, divided by 3 / 2.
        assertThat(scores[0][0]).isCloseTo(1 / 3f, within(1e-6f));
        assertThat(scores[0][1]).isCloseTo(2 / 3f, within(1e-6f));
        // From the other side the 15 far ones and the 5 of class 1 are nearest: the same.
        assertThat(scores[1]).containsExactly(scores[0]);
    }

    @Test
    void allVoteWhereFewAreKnown() {
        float[][] vectors = {{1, 0}, {0, 1}, {-1, 0}};
        float[][] scores = new NearestNeighbourBaseline(vectors, new int[] {0, 1, 1}).scores(new float[][] {{1, 1}});
        assertThat(scores[0]).containsExactly(0.5f, 0.5f);
    }
}
