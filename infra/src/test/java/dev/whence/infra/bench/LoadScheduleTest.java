package dev.whence.infra.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.infra.bench.LoadSchedule.Phase;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LoadScheduleTest {
    private static final long MILLI = 1_000_000;

    private final LoadSchedule stepped = new LoadSchedule(
            Phase.lasting("before", 100, 0.5), Phase.lasting("step", 200, 0.1), Phase.lasting("after", 100, 2));

    @Test
    void imagesOfAPhaseAreDueAtAnEvenRate() {
        assertThat(LongStream.range(0, 4).map(image -> stepped.dueNanos(0, image)))
                .containsExactly(0L, 10 * MILLI, 20 * MILLI, 30 * MILLI);
        assertThat(LongStream.range(0, 3).map(image -> stepped.dueNanos(1, image)))
                .containsExactly(500 * MILLI, 505 * MILLI, 510 * MILLI);
    }

    @Test
    void aPhaseBeginsWhereTheOneBeforeEnds() {
        assertThat(stepped.startNanos(0)).isZero();
        assertThat(stepped.startNanos(1)).isEqualTo(500 * MILLI);
        assertThat(stepped.startNanos(2)).isEqualTo(600 * MILLI);
        assertThat(stepped.startNanos(3)).isEqualTo(2600 * MILLI);
        assertThat(stepped.images()).isEqualTo(50 + 20 + 200);
    }

    @Test
    void aLateImageDoesNotMoveTheOnesAfterIt() {
        // Due times come of the number alone: after an hour at 3 a second there is no drift.
        LoadSchedule even = new LoadSchedule(Phase.lasting("even", 3, 3600));
        assertThat(even.dueNanos(0, 3 * 3599)).isEqualTo(3_599_000 * MILLI);
    }

    @Test
    void allAtOnceIsDueAtTheStart() {
        LoadSchedule atOnce = LoadSchedule.atOnce("full load", 4000);
        assertThat(atOnce.images()).isEqualTo(4000);
        assertThat(atOnce.dueNanos(0, 3999)).isZero();
        assertThat(atOnce.startNanos(1)).isZero();
    }

    @Test
    void theShortestPhaseHasAnImage() {
        assertThat(Phase.lasting("short", 1, 0.01).images()).isOne();
    }
}
