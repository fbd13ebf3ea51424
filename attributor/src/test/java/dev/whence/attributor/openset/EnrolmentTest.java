package dev.whence.attributor.openset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        KnownFingerprints known = new KnownFingerprints(List.of(images(200, 0, 0), images(200, 0, 8)));
        Enrolment enrolment = new Enrolment.Known(known).enrol(images(10, 0, 4, 6), 0.02);
        assertThat(accepted(enrolment, images(1000, 0, 4, 6))).isGreaterThan(0.95);
        assertThat(accepted(enrolment, images(1000, 0, 0))).isLessThan(0.04);
        assertThat(accepted(enrolment, images(1000, 0, 8))).isLessThan(0.04);
    }

    @Test
    void oneThatIsLikeAKnownSourceTakesNoMoreThanItMay() {
        KnownFingerprints known = new KnownFingerprints(List.of(images(500, 0, 0), images(500, 0, 8)));
        Enrolment twin = new Enrolment.Known(known).enrol(images(10, 0, 0), 0.02);
        assertThat(accepted(twin, images(2000, 0, 0))).isLessThan(0.06);
    }

    @Test
    void aGeneratorNeedsAnImage() {
        KnownFingerprints known = new KnownFingerprints(List.of(images(5, 0, 0), images(5, 0, 8)));
        assertThatThrownBy(() -> new Enrolment.Known(known).enrol(new float[0][], 0.02))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
