package dev.whence.infra.demo;

import java.io.PrintStream;
import java.util.List;

/** A table that is drawn over itself on a terminal; elsewhere only its last line is printed, now and then. */
final class LiveTable {
    private static final long TERMINAL_NANOS = 250_000_000;
    private static final long PLAIN_NANOS = 2_000_000_000;

    private final PrintStream out;
    private final boolean terminal;
    private int drawn;
    private long lastNanos;

    LiveTable(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
        lastNanos = System.nanoTime();
    }

    /** Draws if it is time to. */
    void update(List<String> lines) {
        if (System.nanoTime() - lastNanos < (terminal ? TERMINAL_NANOS : PLAIN_NANOS)) {
            return;
        }
        lastNanos = System.nanoTime();
        if (terminal) {
            draw(lines);
        } else {
            out.println(lines.get(lines.size() - 1));
        }
    }

    /** Draws the table as it stays. */
    void finish(List<String> lines) {
        draw(lines);
    }

    private void draw(List<String> lines) {
        StringBuilder screen = new StringBuilder();
        if (drawn > 0) {
            screen.append("\033[").append(drawn).append('A');
        }
        for (String line : lines) {
            screen.append(terminal ? "\033[K" : "").append(line).append('\n');
        }
        out.print(screen);
        out.flush();
        drawn = terminal ? lines.size() : 0;
    }
}
