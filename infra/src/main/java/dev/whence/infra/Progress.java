package dev.whence.infra;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How far a task is, on stderr: a bar on a terminal, else a plain line at every tenth. Safe for several threads.
 *
 * <p>The launcher knows whether stderr is a terminal and says so in the system property {@code whence.terminal}.
 */
abstract sealed class Progress implements AutoCloseable {
    /** A task of so many steps. */
    static Progress of(String task, long steps) {
        return onTerminal() ? new Bar(task, steps) : new Lines(task, steps, System.err);
    }

    static boolean onTerminal() {
        return Boolean.getBoolean("whence.terminal");
    }

    /** So many steps are done. */
    abstract void at(long done);

    @Override
    public abstract void close();

    private static final class Bar extends Progress {
        private final ProgressBar bar;

        Bar(String task, long steps) {
            bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(steps)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis((int) Duration.ofMillis(200).toMillis())
                    .build();
        }

        @Override
        void at(long done) {
            bar.stepTo(done);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    static final class Lines extends Progress {
        private final String task;
        private final PrintStream out;
        private final long steps;
        private long done;
        private long printed;

        Lines(String task, long steps, PrintStream out) {
            this.task = task;
            this.steps = steps;
            this.out = out;
            out.println(task + " ...");
        }

        @Override
        synchronized void at(long done) {
            this.done = done;
            long every = Math.max(1, steps / 10);
            if (done / every > printed / every && done != steps) {
                print();
            }
        }

        @Override
        public synchronized void close() {
            print();
        }

        private void print() {
            printed = done;
            out.println("%s: %,d of %,d".formatted(task, done, steps));
        }
    }
}
