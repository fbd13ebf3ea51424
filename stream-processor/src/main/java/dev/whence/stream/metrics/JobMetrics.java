package dev.whence.stream.metrics;

import dev.whence.attributor.Attributor.ModelIdentity;
import dev.whence.attributor.Attributor.ReferenceIdentity;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.Verdict;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The metrics that the stages write. Counters count work done: what a restart makes the job do again is counted again.
 */
public final class JobMetrics {
    private static final Map<PrometheusRegistry, JobMetrics> BY_REGISTRY = new ConcurrentHashMap<>();

    private final Counter messages;
    private final Counter provenanceEvents;
    private final Counter deadLetters;
    private final Counter retriedBatches;
    private final Counter storeWaits;
    private final Counter lostTransactions;
    private final Counter deletedMessages;
    private final Histogram stageSeconds;
    private final Histogram batchImages;
    private final Histogram endToEndSeconds;
    private final Info model;

    private JobMetrics(PrometheusRegistry registry) {
        messages = counter(Metric.MESSAGES, registry);
        provenanceEvents = counter(Metric.PROVENANCE_EVENTS, registry);
        deadLetters = counter(Metric.DEAD_LETTERS, registry);
        retriedBatches = counter(Metric.RETRIED_BATCHES, registry);
        storeWaits = counter(Metric.STORE_WAITS, registry);
        lostTransactions = counter(Metric.LOST_TRANSACTIONS, registry);
        deletedMessages = counter(Metric.DELETED_MESSAGES, registry);
        stageSeconds = histogram(Metric.STAGE_SECONDS)
                .classicExponentialUpperBounds(0.0001, 2, 22)
                .register(registry);
        batchImages = histogram(Metric.BATCH_IMAGES)
                .classicExponentialUpperBounds(1, 2, 11)
                .register(registry);
        endToEndSeconds = histogram(Metric.END_TO_END_SECONDS)
                .classicExponentialUpperBounds(0.005, 2, 20)
                .register(registry);
        model = Info.builder()
                .name(Metric.MODEL.metricName())
                .help(Metric.MODEL.help())
                .labelNames(Metric.MODEL.labelNames())
                .register(registry);
        // What has not happened yet reads 0, so that an alert on its rate can fire the first time.
        for (Verdict verdict : Verdict.values()) {
            provenanceEvents.initLabelValues(verdict.name());
        }
        for (ErrorCode code : ErrorCode.values()) {
            deadLetters.initLabelValues(code.name());
        }
    }

    /** The metrics on this registry: registered once, then shared. */
    public static JobMetrics on(PrometheusRegistry registry) {
        return BY_REGISTRY.computeIfAbsent(registry, JobMetrics::new);
    }

    public void message() {
        messages.inc();
    }

    public void attributed(Verdict verdict) {
        provenanceEvents.labelValues(verdict.name()).inc();
    }

    public void deadLetter(String code) {
        deadLetters.labelValues(code).inc();
    }

    public void batch(int images) {
        batchImages.observe(images);
    }

    public void retriedBatch() {
        retriedBatches.inc();
    }

    public void storeWait() {
        storeWaits.inc();
    }

    public void lostTransaction() {
        lostTransactions.inc();
    }

    /** @param count of messages that nobody had read */
    public void deletedMessages(long count) {
        deletedMessages.inc(count);
    }

    public void stage(Stage stage, long nanos) {
        stageSeconds.labelValues(stage.label()).observe(nanos / 1e9);
    }

    /** @param millis below 0 where whoever wrote the timestamp was ahead of time: counts as 0, since a sum only grows */
    public void endToEnd(long millis) {
        endToEndSeconds.observe(Math.max(0, millis) / 1e3);
    }

    public void model(ModelIdentity used, ReferenceIdentity against) {
        model.setLabelValues(
                used.name(),
                used.version(),
                used.sha256(),
                used.engine(),
                used.precision(),
                against.name(),
                against.version());
    }

    private static Counter counter(Metric metric, PrometheusRegistry registry) {
        return Counter.builder()
                .name(metric.metricName())
                .help(metric.help())
                .labelNames(metric.labelNames())
                .register(registry);
    }

    static Histogram.Builder histogram(Metric metric) {
        return Histogram.builder()
                .name(metric.metricName())
                .help(metric.help())
                .labelNames(metric.labelNames())
                .classicOnly();
    }
}
