package dev.whence.stream.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlinkMetricsTest {
    private static final String PENDING = "pendingRecords";

    private final MetricReporter reporter = new FlinkMetrics().createMetricReporter(new Properties());
    private final Gauge<Long> first = () -> 3L;
    private final Gauge<Long> second = () -> 4L;

    @AfterEach
    void theJobEnds() {
        reporter.notifyOfRemovedMetric(first, PENDING, source("images"));
        reporter.notifyOfRemovedMetric(second, PENDING, source("images"));
    }

    @Test
    void pendingMessagesAreThoseOfAllSubtasksThatReadImages() {
        reporter.notifyOfAddedMetric(first, PENDING, source("images"));
        reporter.notifyOfAddedMetric(second, PENDING, source("images"));

        assertThat(pendingMessages()).containsExactly(7.0);
    }

    @Test
    void theBacklogOfModelsIsNotCounted() {
        reporter.notifyOfAddedMetric(first, PENDING, source("images"));
        reporter.notifyOfAddedMetric(second, PENDING, source("models"));

        assertThat(pendingMessages()).containsExactly(3.0);
    }

    @Test
    void nobodyKnowsWhatIsPendingWhileNothingReadsImages() {
        assertThat(pendingMessages()).isEmpty();

        reporter.notifyOfAddedMetric(first, PENDING, source("images"));
        reporter.notifyOfRemovedMetric(first, PENDING, source("images"));

        assertThat(pendingMessages()).isEmpty();
    }

    private static MetricGroup source(String name) {
        return new UnregisteredMetricsGroup() {
            @Override
            public Map<String, String> getAllVariables() {
                return Map.of("<operator_name>", "Source: " + name);
            }
        };
    }

    private static List<Double> pendingMessages() {
        return PrometheusRegistry.defaultRegistry.scrape("whence_pending_messages"::equals).stream()
                .flatMap(snapshot -> ((GaugeSnapshot) snapshot).getDataPoints().stream())
                .map(GaugeDataPointSnapshot::getValue)
                .toList();
    }
}
