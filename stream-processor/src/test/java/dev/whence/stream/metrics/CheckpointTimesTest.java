package dev.whence.stream.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.util.Properties;
import org.apache.flink.traces.Span;
import org.apache.flink.traces.reporter.TraceReporter;
import org.junit.jupiter.api.Test;

class CheckpointTimesTest {
    private final TraceReporter reporter = new CheckpointTimes().createTraceReporter(new Properties());

    @Test
    void onlyCheckpointsThatCompletedCount() {
        reporter.notifyOfAddedSpan(span("Checkpoint", "COMPLETED", 1_000, 1_250));
        reporter.notifyOfAddedSpan(span("Checkpoint", "FAILED", 1_000, 9_000));
        reporter.notifyOfAddedSpan(span("JobInitialization", "COMPLETED", 1_000, 9_000));
        reporter.notifyOfAddedSpan(span("Checkpoint", "COMPLETED", 1_000, 999));

        HistogramSnapshot.HistogramDataPointSnapshot seconds =
                PrometheusRegistry.defaultRegistry.scrape("whence_checkpoint_seconds"::equals).stream()
                        .flatMap(snapshot -> ((HistogramSnapshot) snapshot).getDataPoints().stream())
                        .findFirst()
                        .orElseThrow();
        assertThat(seconds.getCount()).isEqualTo(2);
        assertThat(seconds.getSum()).isCloseTo(0.25, within(1e-9));
    }

    private static Span span(String name, String status, long start, long end) {
        return Span.builder(CheckpointTimesTest.class, name)
                .setStartTsMillis(start)
                .setEndTsMillis(end)
                .setAttribute("checkpointStatus", status)
                .build();
    }
}
