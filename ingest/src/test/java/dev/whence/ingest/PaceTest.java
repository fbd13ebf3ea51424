package dev.whence.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {
    private long nanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1); // System.nanoTime may overflow
    private final long start = nanos;
    private final Pace pace = Pace.of(10, () -> nanos, wait -> nanos += wait);

    @Test
    void spreadsImagesEvenly() throws InterruptedException {
        for (int image = 0; image < 50; image++) {
            pace.await();
            assertThat(nanos - start).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100L * image));
        }
    }

    @Test
    void takesWorkBetweenImagesOffTheWait() throws InterruptedException {
        for (int image = 0; image < 50; image++) {
            pace.await();
            nanos += TimeUnit.MILLISECONDS.toNanos(60);
        }
        assertThat(nanos - start).isEqualTo(TimeUnit.MILLISECONDS.toNanos(49 * 100 + 60));
    }

    @Test
    void keepsTheRateWhenTheSleeperOversleeps() throws InterruptedException {
        Pace sleepy = Pace.of(10, () -> nanos, wait -> nanos += wait + TimeUnit.MILLISECONDS.toNanos(30));
        for (int image = 0; image <= 50; image++) {
            sleepy.await();
        }
        assertThat(TimeUnit.NANOSECONDS.toMillis(nanos - start)).isBetween(5_000L, 5_030L);
    }

    @Test
    void letsNoBurstThroughAfterAPause() throws InterruptedException {
        pace.await();
        nanos += TimeUnit.SECONDS.toNanos(60);
        long afterThePause = nanos;
        for (int image = 0; image < 12; image++) {
            pace.await();
        }
        assertThat(nanos - afterThePause).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN})
    void refusesARateThatIsNone(double rate) {
        assertThatThrownBy(() -> Pace.of(rate)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void neverWaitsWithoutARate() throws InterruptedException {
        Pace.unlimited().await();

        assertThat(nanos).isEqualTo(start);
    }
}
