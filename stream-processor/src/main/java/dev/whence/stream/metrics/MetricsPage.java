package dev.whence.stream.metrics;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes docs/metrics.md from {@link Metric}, so that the page cannot lie. */
final class MetricsPage {
    private MetricsPage() {}

    public static void main(String[] arguments) {
        System.out.writeBytes(markdown().getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    static String markdown() {
        return Stream.of(Metric.values()).map(MetricsPage::row).collect(Collectors.joining("\n", """
                        # Metrics

                        What `/metrics` tells, of the local stack and of every process of a cluster that is told to serve it (docs/operations.md),
                        in Prometheus' text format; the JVM's own metrics
                        (`jvm_*`, `process_*`) come with them. Counters count work done: what a restart makes the job do again is
                        counted again. Made by `java -cp infra/target/whence.jar dev.whence.stream.metrics.MetricsPage >
                        docs/metrics.md` after a build; a test fails when this page and the code differ.

                        | metric | type | labels | what it tells |
                        |---|---|---|---|
                        """, "\n"));
    }

    private static String row(Metric metric) {
        String labels = metric.labels().stream().map("`%s`"::formatted).collect(Collectors.joining(", "));
        return "| `%s` | %s | %s | %s |"
                .formatted(metric.metricName(), metric.type().name().toLowerCase(Locale.ROOT), labels, metric.help());
    }
}
