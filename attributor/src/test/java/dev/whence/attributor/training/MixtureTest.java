package dev.whence.attributor.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MixtureTest {
    @Test
    void everyItemIsMixedWithTheOneAcross() {
        float[] mixed = new Mixture(0.75f).of(new float[] {0, 10, 4, 4, 100, 20}, 3);
        assertThat(mixed).containsExactly(25, 12.5f, 4, 4, 75, 17.5f);
        assertThat(Mixture.reversed(new float[] {1, 2, 3})).containsExactly(3, 2, 1);
    }

    @Test
    void aShareOfOneChangesNothing() {
        assertThat(new Mixture(1).of(new float[] {1, 2}, 2)).containsExactly(1, 2);
    }

    @Test
    void mostBatchesAreMixedAndMostlyALittle() {
        Random random = new Random(1);
        int mixed = 0;
        double sum = 0;
        double squares = 0;
        int draws = 20_000;
        for (int i = 0; i < draws; i++) {
            float share = Mixture.draw(random).share();
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
