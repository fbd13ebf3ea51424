package dev.whence.infra.stack;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;

/** What the counters of the stacks in this process say. */
final class Counters {
    private static final String ENDING = "_total";

    private Counters() {}

    /** @param counter its name as the page of metrics has it; of all its labels together */
    static double sum(String counter) {
        String name = counter.substring(0, counter.length() - ENDING.length());
        return PrometheusRegistry.defaultRegistry.scrape(name::equals).stream()
                .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
                .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
                .sum();
    }
}
