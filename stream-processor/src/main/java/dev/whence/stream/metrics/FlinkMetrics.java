package dev.whence.stream.metrics;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
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
import org.apache.flink.runtime.metrics.scope.ScopeFormat;
import org.apache.flink.util.NetUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those of Flink's own metrics that tell whether the job does well, on the same registry as ours. On a cluster it serves
 * the registry as well, in every process that is told a {@code port}, one or a range of which the first free one is taken,
 * on the {@code host} that it is told or else on loopback. Flink's own Prometheus reporter listens on all interfaces.
 */
public final class FlinkMetrics implements MetricReporterFactory {
    private static final Logger LOG = LoggerFactory.getLogger(FlinkMetrics.class);
    private static final String NAME = "whence";
    private static final String HOST = "host";
    private static final String PORT = "port";
    private static final String DEFAULT_HOST = "127.0.0.1";
    private static final String PENDING = "pendingRecords";

    /** What Flink makes of the name that the job gives its source of images; the source of models has a backlog as well. */
    private static final String IMAGES = "Source: images";

    /** What is added up for each of Flink's names that we report. */
    private static final Map<String, Set<Gauge<?>>> GAUGES = Map.of(
            "numberOfCompletedCheckpoints",
            register(Metric.CHECKPOINTS),
            "numberOfFailedCheckpoints",
            register(Metric.FAILED_CHECKPOINTS),
            "numRestarts",
            register(Metric.RESTARTS),
            PENDING,
            register(Metric.PENDING_MESSAGES));

    /** Makes a Flink cluster with this configuration report to the default registry of its JVM. */
    public static void configure(Configuration cluster) {
        cluster.setString("metrics.reporters", NAME);
        cluster.setString("metrics.reporter." + NAME + ".factory.class", FlinkMetrics.class.getName());
        cluster.setString("traces.reporters", NAME);
        cluster.setString("traces.reporter." + NAME + ".factory.class", CheckpointTimes.class.getName());
    }

    @Override
    public MetricReporter createMetricReporter(Properties properties) {
        return new Reporter();
    }

    private static Set<Gauge<?>> register(Metric metric) {
        Set<Gauge<?>> gauges = ConcurrentHashMap.newKeySet();
        if (metric.type() == Metric.Type.COUNTER) {
            CounterWithCallback.builder()
                    .name(metric.metricName())
                    .help(metric.help())
                    .callback(callback -> callback.call(sum(gauges)))
                    .register(PrometheusRegistry.defaultRegistry);
        } else {
            GaugeWithCallback.builder()
                    .name(metric.metricName())
                    .help(metric.help())
                    .callback(callback -> {
                        List<Gauge<?>> present = List.copyOf(gauges);
                        if (!present.isEmpty()) {
                            callback.call(sum(present));
                        }
                    })
                    .register(PrometheusRegistry.defaultRegistry);
        }
        return gauges;
    }

    /** Flink says -1 for what it does not know yet. */
    private static double sum(Collection<Gauge<?>> gauges) {
        return gauges.stream()
                .map(Gauge::getValue)
                .filter(Number.class::isInstance)
                .mapToDouble(value -> Math.max(0, ((Number) value).doubleValue()))
                .sum();
    }

    private static final class Reporter implements MetricReporter {
        private @Nullable MetricsServer server;

        @Override
        public void open(MetricConfig config) {
            String ports = config.getString(PORT, "");
            if (!ports.isEmpty()) {
                server = serve(config.getString(HOST, DEFAULT_HOST), ports);
            }
        }

        private static MetricsServer serve(String host, String ports) {
            UncheckedIOException taken = new UncheckedIOException(new IOException("No port is named"));
            for (Iterator<Integer> all = NetUtils.getPortRangeFromString(ports); all.hasNext(); ) {
                try {
                    MetricsServer started = MetricsServer.start(host, all.next());
                    LOG.info("Metrics are on http://{}:{}/metrics", host, started.port());
                    return started;
                } catch (UncheckedIOException e) {
                    taken = e;
                }
            }
            throw taken;
        }

        @Override
        public void close() {
            if (server != null) {
                server.close();
            }
        }

        @Override
        public void notifyOfAddedMetric(org.apache.flink.metrics.Metric flinks, String name, MetricGroup group) {
            Set<Gauge<?>> gauges = GAUGES.get(name);
            if (gauges != null && flinks instanceof Gauge<?> gauge && (!name.equals(PENDING) || isOfImages(group))) {
                gauges.add(gauge);
            }
        }

        private static boolean isOfImages(MetricGroup group) {
            return IMAGES.equals(group.getAllVariables().get(ScopeFormat.SCOPE_OPERATOR_NAME));
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
