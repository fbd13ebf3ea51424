package dev.whence.attributor.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class OpenSetTest {
    private static final double EXACT = 1e-12;

    @Test
    void agreesWithScikitLearnWhereManyScoresAreEqual() {
        int[] right = Recorded.value("/open_set/right", int[].class);
        boolean[] recognised = new boolean[right.length];
        for (int i = 0; i < right.length; i++) {
            recognised[i] = right[i] == 1;
        }
        OpenSet measured = OpenSet.of(
                Recorded.value("/open_set/known", double[].class),
                recognised,
                Recorded.value("/open_set/unknown", double[].class));
        assertThat(measured.auroc()).isCloseTo(Recorded.number("/open_set/auroc"), within(EXACT));
        assertThat(measured.oscr()).isCloseTo(Recorded.number("/open_set/oscr"), within(EXACT));
        assertThat(measured.falsePositiveRate())
                .isCloseTo(Recorded.number("/open_set/falsePositiveRate"), within(EXACT));
    }

    @Test
    void anAttributorThatTellsUnknownsApartIsHeldBackByItsMistakesAlone() {
        // By hand: no unknown is accepted before all known are; three of four known are right.
        OpenSet measured =
                OpenSet.of(new double[] {1, 2, 3, 4}, new boolean[] {true, true, false, true}, new double[] {5, 6});
        assertThat(measured).isEqualTo(new OpenSet(1, 0.75, 0));
    }

    @Test
    void oneScoreForAllIsChance() {
        // By hand: the curve is the diagonal to (1, accuracy), so half of the accuracy; whoever accepts 95 % accepts
        // all.
        OpenSet measured = OpenSet.of(new double[] {1, 1}, new boolean[] {true, false}, new double[] {1, 1, 1});
        assertThat(measured).isEqualTo(new OpenSet(0.5, 0.25, 1));
    }

    @Test
    void theThresholdAcceptsAtLeast95PercentOfKnownImages() {
        // 20 known scores 1 to 20: 19 must be accepted, so the threshold is 19, and it accepts unknown ones that equal
        // it.
        double[] known = new double[20];
        for (int i = 0; i < 20; i++) {
            known[i] = i + 1;
        }
        double[] unknown = {18.5, 19, 19.5, 20, 21};
        assertThat(OpenSet.of(known, new boolean[20], unknown).falsePositiveRate())
                .isEqualTo(0.4);
    }

    @Test
    void nothingRecognisedIsNoRateAndNoImagesAreNotANumber() {
        assertThat(OpenSet.of(new double[] {1}, new boolean[] {false}, new double[] {2}))
                .isEqualTo(new OpenSet(1, 0, 0));
        OpenSet noUnknown = OpenSet.of(new double[] {1}, new boolean[] {true}, new double[0]);
        assertThat(noUnknown).isEqualTo(new OpenSet(Double.NaN, Double.NaN, Double.NaN));
        OpenSet noKnown = OpenSet.of(new double[0], new boolean[0], new double[] {1});
        assertThat(noKnown).isEqualTo(new OpenSet(Double.NaN, Double.NaN, Double.NaN));
    }

    @Test
    void everySourceCountsTheSameInTheMean() {
        assertThat(OpenSet.mean(List.of(new OpenSet(1, 0.5, 0.25), new OpenSet(0.5, 0.25, 0.75))))
                .isEqualTo(new OpenSet(0.75, 0.375, 0.5));
        assertThat(OpenSet.mean(List.of()).auroc()).isNaN();
    }

    @Test
    void refusesAScoreThatIsNoNumber() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Auroc.of(new double[] {1, Double.NaN}, new double[] {2}))
                .withMessageContaining("not a number");
    }

    @Test
    void zeroIsZeroWhateverItsSign() {
        assertThat(Auroc.of(new double[] {0.0}, new double[] {-0.0})).isEqualTo(0.5);
    }
}
