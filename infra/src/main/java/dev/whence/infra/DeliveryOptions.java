package dev.whence.infra;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** When a job's events become visible, how often, and where they start. */
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

    @Option(
            names = "--since",
            paramLabel = "INSTANT",
            description = {
                "Start without a checkpoint: attribute again the images that came to whence.images since this time, such as"
                        + " 2026-11-28T19:00:00Z, and those that were never read.",
                "For one start, after Kafka has lost transactions of a checkpoint; the next one goes on from the new"
                        + " checkpoints."
            })
    Optional<Instant> since = Optional.empty();

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
