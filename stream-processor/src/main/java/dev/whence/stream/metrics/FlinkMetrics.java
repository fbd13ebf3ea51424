package dev.whence.stream.metrics;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/**
 * Those of Flink's own metrics that tell whether the job does well, on the same registry as ours. Flink's own Prometheus
 * reporter listens on all interfaces.
 */
public final class FlinkMetrics implements MetricReporterFactory {
    private static final String NAME = "whence";

    /** What is added up for each of Flink's names that we report. */
    private static final Map<String, Set<Gauge<?>>> GAUGES = Map.of(
            "numberOfCompletedCheckpoints", register(Metric.CHECKPOINTS),
            "numberOfFailedCheckpoints", register(Metric.FAILED_CHECKPOINTS),
            "lastCheckpointDuration", register(Metric.CHECKPOINT_SECONDS),
            "numRestarts", register(Metric.RESTARTS),
            "pendingRecords", register(Metric.PENDING_MESSAGES));

    /** Makes a Flink cluster with this configuration report to the default registry of its JVM. */
    public static void configure(Configuration cluster) {
        cluster.setString("metrics.reporters", NAME);
        cluster.setString("metrics.reporter." + NAME + ".factory.class", FlinkMetrics.class.getName());
    }

    @Override
    public MetricReporter createMetricReporter(Properties properties) {
        return new Reporter();
    }

    private static Set<Gauge<?>> register(Metric metric) {
        Set<Gauge<?>> gauges = ConcurrentHashMap.newKeySet();
        double unit = metric == Metric.CHECKPOINT_SECONDS ? 1e-3 : 1;
        if (metric.type() == Metric.Type.COUNTER) {
            CounterWithCallback.builder()
                    .name(metric.metricName())
                    .help(metric.help())
                    .callback(callback -> callback.call(unit * sum(gauges)))
                    .register(PrometheusRegistry.defaultRegistry);
        } else {
            GaugeWithCallback.builder()
                    .name(metric.metricName())
                    .help(metric.help())
                    .callback(callback -> callback.call(unit * sum(gauges)))
                    .register(PrometheusRegistry.defaultRegistry);
        }
        return gauges;
    }

    /** Flink says -1 for what it does not know yet. */
    private static double sum(Set<Gauge<?>> gauges) {
        return gauges.stream()
                .map(Gauge::getValue)
                .filter(Number.class::isInstance)
                .mapToDouble(value -> Math.max(0, ((Number) value).doubleValue()))
                .sum();
    }

    private static final class Reporter implements MetricReporter {
        @Override
        public void open(MetricConfig config) {}

        @Override
        public void close() {}

        @Override
        public void notifyOfAddedMetric(org.apache.flink.metrics.Metric flinks, String name, MetricGroup group) {
            Set<Gauge<?>> gauges = GAUGES.get(name);
            if (gauges != null && flinks instanceof Gauge<?> gauge) {
                gauges.add(gauge);
            }
        }

        @Override
        public void notifyOfRemovedMetric(org.apache.flink.metrics.Metric flinks, String name, MetricGroup group) {
            Set<Gauge<?>> gauges = GAUGES.get(name);
            if (gauges != null && flinks instanceof Gauge<?> gauge) {
                gauges.remove(gauge);
            }
        }
    }
}
