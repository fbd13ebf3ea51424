package dev.whence.stream.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.attributor.Attributor.ModelIdentity;
import dev.whence.attributor.Attributor.ReferenceIdentity;
import dev.whence.schemas.Verdict;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JobMetricsTest {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final JobMetrics metrics = JobMetrics.on(registry);

    @Test
    void countsByVerdict() {
        metrics.attributed(Verdict.REAL);
        metrics.attributed(Verdict.REAL);

        assertThat(snapshot(Metric.PROVENANCE_EVENTS, CounterSnapshot.class).getDataPoints())
                .filteredOn(point -> point.getLabels().equals(Labels.of("verdict", "REAL")))
                .singleElement()
                .satisfies(point -> assertThat(point.getValue()).isEqualTo(2));
    }

    @Test
    void aCodeThatNeverOccurredReadsZero() {
        assertThat(snapshot(Metric.DEAD_LETTERS, CounterSnapshot.class).getDataPoints())
                .filteredOn(point -> point.getLabels().equals(Labels.of("code", "INTERNAL")))
                .singleElement()
                .satisfies(point -> assertThat(point.getValue()).isZero());
    }

    @Test
    void measuresInSeconds() {
        metrics.stage(Stage.DECODE, 2_000_000_000L);
        metrics.endToEnd(500);

        assertThat(snapshot(Metric.STAGE_SECONDS, HistogramSnapshot.class).getDataPoints())
                .singleElement()
                .satisfies(point -> assertThat(point.getSum()).isEqualTo(2));
        assertThat(snapshot(Metric.END_TO_END_SECONDS, HistogramSnapshot.class).getDataPoints())
                .singleElement()
                .satisfies(point -> assertThat(point.getSum()).isEqualTo(0.5));
    }

    @Test
    void aTimestampInTheFutureTakesNothingFromTheSum() {
        metrics.endToEnd(500);
        metrics.endToEnd(-250_000_000_000_000L);

        assertThat(snapshot(Metric.END_TO_END_SECONDS, HistogramSnapshot.class).getDataPoints())
                .singleElement()
                .satisfies(point -> assertThat(point.getSum()).isEqualTo(0.5))
                .satisfies(point -> assertThat(point.getCount()).isEqualTo(2));
    }

    @Test
    void theSameRegistryGetsTheSameMetrics() {
        assertThat(JobMetrics.on(registry)).isSameAs(metrics);
    }

    @Test
    void everyMetricOfOursIsDeclared() {
        metrics.model(new ModelIdentity("m", "1", "0", "cpu", "fp32"), new ReferenceIdentity("r", "1"));
        Set<String> declared = Stream.of(Metric.values())
                .map(metric -> base(metric.metricName()))
                .collect(Collectors.toSet());

        assertThat(registry.scrape().stream()
                        .map(snapshot -> snapshot.getMetadata().getPrometheusName()))
                .isNotEmpty()
                .isSubsetOf(declared);
    }

    private <T extends MetricSnapshot> T snapshot(Metric metric, Class<T> type) {
        return registry.scrape().stream()
                .filter(one -> one.getMetadata().getPrometheusName().equals(base(metric.metricName())))
                .map(type::cast)
                .findAny()
                .orElseThrow();
    }

    /** The client keeps a metric's name without its type's suffix. */
    private static String base(String name) {
        return name.replaceFirst("_(total|info)$", "");
    }
}
