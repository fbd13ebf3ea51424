package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what comes by itself, but not for ever. */
final class Await {
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final Duration BETWEEN = Duration.ofMillis(20);

    private Await() {}

    /**
     * Looks again and again until it is so.
     *
     * @param what should be so, in words
     * @param state what there is instead, for the day it does not come
     */
    static void until(String what, Callable<Boolean> condition, Callable<?> state) throws Exception {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime() < deadline)
                    .as(() -> "within %s: %s".formatted(LONGEST, what))
                    .withFailMessage(() -> "not so: " + tell(state))
                    .isTrue();
            Thread.sleep(BETWEEN.toMillis());
        }
    }

    private static Object tell(Callable<?> state) {
        try {
            return state.call();
        } catch (Exception e) {
            return e;
        }
    }

    static void until(String what, Callable<Boolean> condition) throws Exception {
        until(what, condition, () -> "");
    }
}
