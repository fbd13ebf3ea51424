package dev.whence.infra.stack;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** What happened since something was broken, in order: what the cluster tells, looked at often, and what a test notes. */
final class Recovery implements AutoCloseable {
    private static final int LOOK_MILLIS = 50;

    private final long start = System.nanoTime();
    private final List<String> steps = new ArrayList<>();
    private final Thread watcher;

    /** @param state of the cluster, in words; its changes are steps */
    Recovery(Supplier<String> state) {
        watcher = new Thread(() -> watch(state), "recovery");
        watcher.setDaemon(true);
        watcher.start();
    }

    private void watch(Supplier<String> state) {
        String before = "";
        try {
            while (!watcher.isInterrupted()) {
                String now = state.get();
                if (!now.equals(before)) {
                    note(now);
                    before = now;
                }
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            // It is over.
        }
    }

    void note(String step) {
        synchronized (steps) {
            steps.add(String.format(Locale.ROOT, "%.1f s %s", (System.nanoTime() - start) / 1e9, step));
        }
    }

    /** The steps so far. */
    @Override
    public String toString() {
        synchronized (steps) {
            return String.join("; ", steps);
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
