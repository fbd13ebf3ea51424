package dev.whence.attributor.openset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EnrolmentTest {
    private static final int DIMENSION = 8;
    private final Random random = new Random(1);

    /** Spread ten times as far along the first axis, which says nothing of the source. */
    private float[][] images(int count, double... centre) {
        float[][] images = new float[count][DIMENSION];
        for (float[] image : images) {
            for (int i = 0; i < DIMENSION; i++) {
                image[i] = (float) ((i < centre.length ? centre[i] : 0) + (i == 0 ? 10 : 1) * random.nextGaussian());
            }
        }
        return images;
    }

    private static double accepted(Enrolment enrolment, float[][] images) {
        return (double) Arrays.stream(images).filter(enrolment::accepts).count() / images.length;
    }

    @Test
    void tenImagesMakeAGeneratorKnownAndKeepTheOthers() {
        KnownFingerprints known = known(200);
        Enrolment enrolment = enrol(known, images(10, 0, 4, 6));
        assertThat(accepted(enrolment, images(1000, 0, 4, 6))).isGreaterThan(0.95);
        assertThat(accepted(enrolment, images(1000, 0, 0))).isLessThan(0.04);
        assertThat(accepted(enrolment, images(1000, 0, 8))).isLessThan(0.04);
    }

    @Test
    void oneThatIsLikeAKnownSourceTakesNoMoreThanItMay() {
        KnownFingerprints known = known(500);
        Enrolment twin = enrol(known, images(10, 0, 0));
        assertThat(accepted(twin, images(2000, 0, 0))).isLessThan(0.05);
    }

    @Test
    void sharesAreThoseOfGaussiansMovedByTheMargin() {
        KnownFingerprints known = known(200);
        Enrolment first = enrol(known, images(10, 0, 4, 6));
        Enrolment second = enrol(known, images(10, 0, 4, -6));
        for (float[] image : images(200, 0, 4, 6)) {
            double[] alone = Enrolment.shares(List.of(first), image);
            assertThat(alone[0] > 0.5).isEqualTo(first.accepts(image));
            double[] both = Enrolment.shares(List.of(first, second), image);
            assertThat(both[0] + both[1]).isLessThan(1);
            // The odds of one against the known sources do not depend on the other.
            assertThat(both[0] / (1 - both[0] - both[1])).isCloseTo(alone[0] / (1 - alone[0]), withPercentage(0.1));
            assertThat(both[0]).isGreaterThan(both[1]);
        }
        assertThat(Enrolment.shares(List.of(), new float[DIMENSION])).isEmpty();
    }

    @Test
    void aGeneratorNeedsAnImage() {
        assertThatThrownBy(() -> new Enrolment.Known(known(5)).enrol(new float[DIMENSION], 0, 0.02))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Enrolment enrol(KnownFingerprints known, float[][] examples) {
        return new Enrolment.Known(known).enrol(KnownFingerprints.prototype(List.of(examples)), examples.length, 0.02);
    }

    private KnownFingerprints known(int images) {
        return new KnownFingerprints(
                List.of(images(images, 0, 0), images(images, 0, 8)),
                List.of(images(images, 0, 0), images(images, 0, 8)));
    }
}
