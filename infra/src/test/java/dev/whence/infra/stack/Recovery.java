package dev.whence.infra.stack;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What happened since something was broken, in order: what the cluster tells, looked at often, and what a test notes. */
final class Recovery implements AutoCloseable {
    private static final int LOOK_MILLIS = 50;

    private final long start = System.nanoTime();
    private final List<String> steps = new ArrayList<>();
    private final ScheduledExecutorService watcher = Executors.newSingleThreadScheduledExecutor();
    private String state = "";

    private Recovery() {}

    /** @param state of the cluster, in words; its changes are steps */
    static Recovery watch(Supplier<String> state) {
        Recovery recovery = new Recovery();
        recovery.see(state.get());
        recovery.watcher.scheduleWithFixedDelay(
                () -> recovery.see(state.get()), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return recovery;
    }

    private synchronized void see(String now) {
        if (!now.equals(state)) {
            state = now;
            note(now);
        }
    }

    synchronized void note(String step) {
        steps.add(String.format(Locale.ROOT, "%.1f s %s", (System.nanoTime() - start) / 1e9, step));
    }

    /** The steps so far. */
    @Override
    public synchronized String toString() {
        return String.join("; ", steps);
    }

    @Override
    public void close() {
        watcher.shutdownNow();
    }
}
