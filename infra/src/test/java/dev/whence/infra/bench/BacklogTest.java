package dev.whence.infra.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.infra.bench.LoadSchedule.Phase;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class BacklogTest {
    private final Backlog backlog = new Backlog(new LoadSchedule(
            Phase.lasting("before", 100, 1), Phase.lasting("step", 300, 1), Phase.lasting("after", 100, 5)));

    @Test
    void isGoneOnceNoMoreIsInFlightThanBeforeTheStep() {
        see(400, 12);
        see(900, 9);
        see(1500, 10);
        see(2000, 150);
        see(3000, 60);
        see(3700, 12);
        see(4000, 3);
        assertThat(backlog.goneAfterNanos()).hasValue(TimeUnit.MILLISECONDS.toNanos(1700));
    }

    @Test
    void isNotGoneBeforeTheStepIsOver() {
        see(500, 12);
        see(1999, 0);
        assertThat(backlog.goneAfterNanos()).isEmpty();
    }

    private void see(long millis, int inFlight) {
        backlog.observe(TimeUnit.MILLISECONDS.toNanos(millis), inFlight);
    }
}
