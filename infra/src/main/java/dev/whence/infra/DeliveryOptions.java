package dev.whence.infra;

import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Option;

/** When a job's events become visible, and how often. */
final class DeliveryOptions {
    @Option(
            names = "--delivery",
            paramLabel = "GUARANTEE",
            defaultValue = "exactly-once",
            description = "exactly-once, or at-least-once for a lower latency (default: ${DEFAULT-VALUE}).")
    Guarantee guarantee;

    @Option(
            names = "--checkpoint-interval",
            paramLabel = "MILLIS",
            defaultValue = "200",
            description =
                    "Milliseconds between checkpoints; with exactly-once a verdict can be read when the next one is"
                            + " done (default: ${DEFAULT-VALUE}).")
    private long checkpointMillis;

    Duration interval() {
        return Duration.ofMillis(checkpointMillis);
    }

    /** As Flink names them; a type of its own, so that --help does not load Flink. */
    enum Guarantee {
        EXACTLY_ONCE,
        AT_LEAST_ONCE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
