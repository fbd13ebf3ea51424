package dev.whence.attributor.openset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NoveltyMethodTest {
    private static final float[] NO_LOGITS = {0, 0};

    @Test
    void maxProbabilityIsWhatTheBestClassLeaves() {
        NoveltyScore score = NoveltyMethod.MAX_PROBABILITY.fit(twoPoints());
        // softmax(ln 3, 0) = 3/4, 1/4
        assertThat(score.of(new float[] {(float) Math.log(3), 0}, new float[] {0, 0}))
                .isCloseTo(0.25, within(1e-6));
    }

    @Test
    void energyIsMinusTheLogarithmOfTheSum() {
        NoveltyScore score = NoveltyMethod.ENERGY.fit(twoPoints());
        assertThat(score.of(new float[] {(float) Math.log(3), (float) Math.log(5)}, new float[] {0, 0}))
                .isCloseTo(-Math.log(8), within(1e-6));
        assertThat(score.of(new float[] {1000, 990}, new float[] {0, 0})).isCloseTo(-1000.0000454, within(1e-6));
    }

    @Test
    void mahalanobisCountsInDeviationsOfTheSharedCovariance() {
        // Both classes vary by 2 along x and by 1 along y: shared variances 4 and 1, and 0.1 of their mean is added.
        KnownFingerprints known = new KnownFingerprints(List.of(
                new float[][] {{-2, -1}, {-2, 1}, {2, -1}, {2, 1}},
                new float[][] {{98, -1}, {98, 1}, {102, -1}, {102, 1}}));
        NoveltyScore score = NoveltyMethod.MAHALANOBIS.fit(known);
        assertThat(score.of(NO_LOGITS, new float[] {3, 0})).isCloseTo(9 / 4.25, within(1e-6));
        assertThat(score.of(NO_LOGITS, new float[] {0, 3})).isCloseTo(9 / 1.25, within(1e-6));
        assertThat(score.of(NO_LOGITS, new float[] {100, 0})).isCloseTo(0, within(1e-9));
    }

    @Test
    void nearestFingerprintIsTheTenthOnTheUnitSphere() {
        float[][] first = new float[9][];
        for (int i = 0; i < first.length; i++) {
            first[i] = new float[] {5, 0};
        }
        KnownFingerprints known = new KnownFingerprints(List.of(first, new float[][] {{0, 2}, {0, 3}}));
        NoveltyScore score = NoveltyMethod.NEAREST_FINGERPRINT.fit(known);
        // Nine lie on it whatever their length; the tenth is at a right angle.
        assertThat(score.of(NO_LOGITS, new float[] {1, 0})).isCloseTo(Math.sqrt(2), within(1e-9));
        assertThat(score.of(NO_LOGITS, new float[] {-1, 0})).isCloseTo(2, within(1e-9));
    }

    @Test
    void subspaceAsksWhatTheClassCannotReconstruct() {
        // The first class lies along x but for one deviation; 0.8 of its variance is there.
        KnownFingerprints known = new KnownFingerprints(List.of(
                new float[][] {{-4, 0}, {4, 0}, {0, -1}, {0, 1}},
                new float[][] {{50, 96}, {50, 104}, {49, 100}, {51, 100}}));
        NoveltyScore score = NoveltyMethod.SUBSPACE.fit(known);
        double usual = 0.5;
        assertThat(score.of(NO_LOGITS, new float[] {30, 0})).isCloseTo(0, within(1e-5));
        assertThat(score.of(NO_LOGITS, new float[] {0, 3})).isCloseTo(3 / usual, within(1e-5));
        assertThat(score.of(NO_LOGITS, new float[] {52, 100})).isCloseTo(2 / usual, within(1e-5));
    }

    @Test
    void aMethodIsFoundByItsLabel() {
        for (NoveltyMethod method : NoveltyMethod.values()) {
            assertThat(NoveltyMethod.labelled(method.label())).isEqualTo(method);
        }
        assertThatThrownBy(() -> NoveltyMethod.labelled("odin"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("max-probability");
    }

    @Test
    void aSampleIsSpreadOverAll() {
        float[][] many = IntStream.range(0, 1000).mapToObj(i -> new float[] {i}).toArray(float[][]::new);
        List<float[][]> sample = new KnownFingerprints(List.of(many, Arrays.copyOf(many, 3)))
                .sample()
                .byClass();
        assertThat(sample.get(0)).hasNumberOfRows(KnownFingerprints.MOST_OF_A_CLASS);
        assertThat(sample.get(0)[199][0]).isEqualTo(995);
        assertThat(sample.get(1)).hasNumberOfRows(3);
    }

    @Test
    void theNearestPrototypeIsMeasuredInAStraightLine() {
        NoveltyScore score = NoveltyMethod.nearestPrototype(new float[][] {{0, 0}, {10, 0}});
        assertThat(score.of(NO_LOGITS, new float[] {3, 4})).isCloseTo(5, within(1e-12));
        assertThat(score.of(NO_LOGITS, new float[] {9, 0})).isCloseTo(1, within(1e-12));
    }

    private static KnownFingerprints twoPoints() {
        return new KnownFingerprints(List.of(new float[][] {{0, 0}}, new float[][] {{1, 1}}));
    }

    @Test
    void theThresholdIsSetOnImagesThatTheScoreIsNotFittedTo() {
        Random random = new Random(5);
        KnownFingerprints known = new KnownFingerprints(
                List.of(directions(random, 400, 0), directions(random, 400, 1)),
                List.of(directions(random, 200, 0), directions(random, 200, 1)));
        double threshold = NoveltyMethod.NEAREST_FINGERPRINT.threshold(known, 0.1);
        NoveltyScore score = NoveltyMethod.NEAREST_FINGERPRINT.fit(known);
        long above = Arrays.stream(directions(random, 4000, 0))
                .filter(fingerprint -> score.of(new float[0], fingerprint) > threshold)
                .count();
        assertThat(above / 4000.0).isBetween(0.05, 0.15);
        assertThatThrownBy(() -> NoveltyMethod.ENERGY.threshold(known, 0.1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Around an axis. */
    private static float[][] directions(Random random, int count, int axis) {
        float[][] rows = new float[count][16];
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) (random.nextGaussian() + (i == axis ? 4 : 0));
            }
        }
        return rows;
    }
}
