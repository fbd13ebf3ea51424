package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Waits for what comes by itself, but not for ever. */
final class Await {
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final Duration BETWEEN = Duration.ofMillis(20);

    private Await() {}

    /**
     * Looks again and again until there is one.
     *
     * @param what is waited for, in words
     * @param state what there is instead, for the day it does not come
     */
    static <T> T value(String what, Callable<Optional<T>> look, Callable<?> state) throws Exception {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        Optional<T> found = look.call();
        while (found.isEmpty()) {
            assertThat(System.nanoTime() < deadline)
                    .as(() -> "within %s: %s".formatted(LONGEST, what))
                    .withFailMessage(() -> "not so: " + tell(state))
                    .isTrue();
            Thread.sleep(BETWEEN.toMillis());
            found = look.call();
        }
        return found.get();
    }

    /** As {@link #value}, until it is so. */
    static void until(String what, Callable<Boolean> condition, Callable<?> state) throws Exception {
        value(what, () -> condition.call() ? Optional.of(true) : Optional.empty(), state);
    }

    static void until(String what, Callable<Boolean> condition) throws Exception {
        until(what, condition, () -> "");
    }

    private static Object tell(Callable<?> state) {
        try {
            return state.call();
        } catch (Exception e) {
            return e;
        }
    }
}
