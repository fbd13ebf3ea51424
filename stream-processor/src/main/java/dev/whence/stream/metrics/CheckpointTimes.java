package dev.whence.stream.metrics;

import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Properties;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.traces.Span;
import org.apache.flink.traces.reporter.TraceReporter;
import org.apache.flink.traces.reporter.TraceReporterFactory;

/**
 * How long each of Flink's checkpoints took, on the same registry as our metrics. To Flink each is a span; its metrics tell
 * only of the last one.
 */
public final class CheckpointTimes implements TraceReporterFactory {
    private static final String CHECKPOINT = "Checkpoint";
    private static final String STATUS = "checkpointStatus";
    private static final String COMPLETED = "COMPLETED";

    private static final Histogram SECONDS = JobMetrics.histogram(Metric.CHECKPOINT_SECONDS)
            .classicExponentialUpperBounds(0.005, 2, 17)
            .register(PrometheusRegistry.defaultRegistry);

    @Override
    public TraceReporter createTraceReporter(Properties properties) {
        return new Reporter();
    }

    private static final class Reporter implements TraceReporter {
        @Override
        public void notifyOfAddedSpan(Span span) {
            if (span.getName().equals(CHECKPOINT)
                    && COMPLETED.equals(span.getAttributes().get(STATUS))) {
                // Of two clocks' readings the later one may be less.
                SECONDS.observe(Math.max(0, span.getEndTsMillis() - span.getStartTsMillis()) / 1e3);
            }
        }

        @Override
        public void open(MetricConfig config) {
            // Needs nothing: FlinkMetrics serves the registry.
        }

        @Override
        public void close() {
            // Has nothing.
        }
    }
}
