package dev.whence.attributor.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.whence.attributor.training.EncoderObjective.BarlowTwins;
import dev.whence.attributor.training.EncoderObjective.Classification;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EncoderObjectiveTest {
    private static final int[] NO_LABELS = {};
    /** Two components without correlation, each of mean 0 and deviation 1. */
    private static final float[][] VIEW = {{1, 1}, {-1, 1}, {1, -1}, {-1, -1}};

    private static NDManager manager;

    @BeforeAll
    static void open() {
        manager = NDManager.newBaseManager(ai.djl.Device.cpu(), "PyTorch");
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    @Test
    void viewsThatAgreeAndComponentsThatDoNotCorrelateCostNothing() {
        assertThat(barlowTwins(VIEW, VIEW)).isCloseTo(0, within(1e-4));
    }

    @Test
    void scaleAndOffsetOfAComponentDoNotCount() {
        float[][] other = {{7, 0.1f}, {3, 0.1f}, {7, -0.1f}, {3, -0.1f}};
        assertThat(barlowTwins(VIEW, other)).isCloseTo(0, within(3e-3));
    }

    @Test
    void swappedComponentsCostTwoMissingCorrelationsAndTwoWrongOnes() {
        float[][] swapped = {{1, 1}, {1, -1}, {-1, 1}, {-1, -1}};
        // C = ((0, 1), (1, 0)): (1 - 0)^2 + (1 - 0)^2 + 0.005 (1 + 1)
        assertThat(barlowTwins(VIEW, swapped)).isCloseTo(2.01, within(1e-4));
    }

    @Test
    void aComponentTurnedRoundCostsFour() {
        float[][] turned = {{-1, 1}, {1, 1}, {-1, -1}, {1, -1}};
        // C = ((-1, 0), (0, 1)): (1 + 1)^2
        assertThat(barlowTwins(VIEW, turned)).isCloseTo(4, within(1e-3));
    }

    @Test
    void aMixtureCostsWhatItsCorrelationsAreShortOfOne() {
        // The first component is the sum of both, whose deviation is the root of 2: it correlates 0.7071 with either.
        float[][] mixed = {{2, 1}, {0, 1}, {0, -1}, {-2, -1}};
        // C = ((0.7071, 0), (0.7071, 1)): (1 - 0.7071)^2 + 0.005 * 0.5
        assertThat(barlowTwins(VIEW, mixed)).isCloseTo(0.088286, within(1e-4));
    }

    @Test
    void classesThatAreEquallyLikelyCostTheLogarithmOfTheirNumber() {
        float[][] logits = {{3, 3, 3, 3}, {-1, -1, -1, -1}};
        double loss = new Classification(4)
                .loss(manager.create(logits), new int[] {0, 2})
                .getFloat();
        assertThat(loss).isCloseTo(Math.log(4), within(1e-5));
    }

    private static double barlowTwins(float[][] first, float[][] second) {
        return new BarlowTwins()
                .loss(manager.create(first).concat(manager.create(second)), NO_LABELS)
                .getFloat();
    }
}
