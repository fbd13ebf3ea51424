package dev.whence.attributor.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MixtureTest {
    @Test
    void everyItemIsMixedWithTheOneAcross() {
        float[] batch = {0, 10, 4, 4, 100, 20};
        new Mixture(0.75f, null).mix(batch, 3);
        assertThat(batch).containsExactly(25, 12.5f, 4, 4, 75, 17.5f);
        assertThat(Mixture.reversed(new float[] {1, 2, 3})).containsExactly(3, 2, 1);
    }

    @Test
    void aPatchIsThePartnersInEveryChannel() {
        float[] batch = new float[2 * 2 * 9];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = i;
        }
        new Mixture(8 / 9f, new Mixture.Patch(3, 2, 0, 1)).mix(batch, 2);
        // Two items of two channels of 3 x 3: the third value of each channel changes places.
        for (int i = 0; i < batch.length; i++) {
            assertThat(batch[i]).isEqualTo(i % 9 == 2 ? (i + 18) % 36 : i);
        }
    }

    @Test
    void theShareIsWhatThePatchLeaves() {
        Random random = new Random(1);
        double sum = 0;
        int draws = 20_000;
        for (int i = 0; i < draws; i++) {
            Mixture mixture = Mixture.ofPatches(random, 32);
            if (mixture.patch() != null) {
                assertThat(mixture.patch().left() + mixture.patch().edge()).isBetween(0, 32);
                int edge = mixture.patch().edge();
                assertThat(mixture.share()).isCloseTo(1 - edge * edge / 1024f, within(1e-6f));
            }
            sum += mixture.share();
        }
        // Seven of ten are mixed, on average half and half.
        assertThat(sum / draws).isCloseTo(0.65, within(0.01));
    }

    @Test
    void aShareOfOneChangesNothing() {
        float[] batch = {1, 2};
        new Mixture(1, null).mix(batch, 2);
        assertThat(batch).containsExactly(1, 2);
    }

    @Test
    void mostBatchesAreMixedAndMostlyALittle() {
        Random random = new Random(1);
        int mixed = 0;
        double sum = 0;
        double squares = 0;
        int draws = 20_000;
        for (int i = 0; i < draws; i++) {
            float share = Mixture.ofValues(random).share();
            assertThat(share).isBetween(0f, 1f);
            if (share < 1) {
                mixed++;
                sum += share;
                squares += share * share;
            }
        }
        assertThat((double) mixed / draws).isCloseTo(0.7, within(0.02));
        // Beta(0.4, 0.4): mean 1/2, variance 1 / (4 x 1.8).
        double mean = sum / mixed;
        assertThat(mean).isCloseTo(0.5, within(0.02));
        assertThat(squares / mixed - mean * mean).isCloseTo(1 / 7.2, within(0.005));
    }
}
