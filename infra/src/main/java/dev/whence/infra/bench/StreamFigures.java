package dev.whence.infra.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whence.infra.bench.BatchFill.Bucket;
import dev.whence.infra.bench.StreamTrial.HeapLook;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** What a run of {@code whence bench stream} found, as tables and as JSON. */
public record StreamFigures(Machine machine, Method method, List<OfConfiguration> configurations) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONFIGURATION = "%-24s ";

    /** How it was measured: the settings, as {@link StreamBench.Settings} explains them. */
    record Method(
            int rounds,
            int images,
            int passThroughImages,
            int inferenceThreads,
            int intraOpThreads,
            int batchSize,
            double load,
            double seconds,
            double step,
            double stepSeconds,
            double overload,
            double overloadSeconds) {
        static Method of(StreamBench.Settings settings, int intraOpThreads) {
            return new Method(
                    settings.rounds(),
                    settings.images(),
                    settings.images() * ConfigurationBench.PASS_THROUGH_TIMES,
                    settings.threads(),
                    intraOpThreads,
                    settings.batchSize(),
                    settings.load(),
                    settings.seconds(),
                    settings.step(),
                    settings.stepSeconds(),
                    settings.overload(),
                    settings.overloadSeconds());
        }
    }

    /**
     * @param cpuByThread CPU milliseconds of an image in the pipeline's rounds, by what the threads are for
     * @param fullLoad batches of the pipeline's rounds
     * @param steadyLoad batches under the steady load
     * @param overload looks at the heap, evenly over its time
     */
    record OfConfiguration(
            StreamConfiguration configuration,
            Throughput throughput,
            Map<String, Double> cpuByThread,
            List<Latency> latencies,
            BatchFill fullLoad,
            BatchFill steadyLoad,
            List<HeapLook> overload) {}

    /**
     * @param ratio of images a second, pipeline to plain loop, in each round
     * @param cpuRatio the same by CPU time: what the ratio would be if neither ever waited
     */
    record Throughput(Speed plainLoop, Speed pipeline, Speed passThrough, Spread ratio, Spread cpuRatio) {}

    /** @param cpuMillis of an image, of the whole process */
    record Speed(Spread imagesPerSecond, Spread cpuMillis) {}

    /** Of all rounds. */
    record Spread(double median, double min, double max) {
        static <T> Spread of(List<T> rounds, ToDoubleFunction<T> figure) {
            List<Double> values = rounds.stream().mapToDouble(figure).boxed().toList();
            return new Spread(SearchFigures.median(values), Collections.min(values), Collections.max(values));
        }
    }

    /**
     * Latencies in one phase of a load, in milliseconds; the last three figures are of the whole load.
     *
     * @param sent images
     * @param answered as many latencies
     * @param lateMillis how late the load generator sent at the 99th percentile
     * @param backlogSeconds how long after the step the backlog was gone; empty where there was no step
     */
    record Latency(
            String job,
            String phase,
            double imagesPerSecond,
            long sent,
            long answered,
            double p50,
            double p90,
            double p99,
            double max,
            double lateMillis,
            double latestMillis,
            long repeated,
            double cpuMillis,
            Optional<Double> backlogSeconds) {
        static List<Latency> of(String job, StreamRun run) {
            List<Latency> latencies = new ArrayList<>();
            for (int phase = 0; phase < run.latencies().size(); phase++) {
                LoadSchedule.Phase sent = run.schedule().phases().get(phase);
                Histogram answered = run.latencies().get(phase);
                boolean afterStep = phase > 0 && phase == run.latencies().size() - 1;
                latencies.add(new Latency(
                        job,
                        sent.name(),
                        sent.imagesPerSecond(),
                        sent.images(),
                        answered.getTotalCount(),
                        millis(answered, 50),
                        millis(answered, 90),
                        millis(answered, 99),
                        millis(answered, 100),
                        run.lateness().p99Millis(),
                        run.lateness().maxMillis(),
                        run.repeated(),
                        run.cpuMillisPerImage(),
                        afterStep && run.backlogNanos().isPresent()
                                ? Optional.of(run.backlogNanos().getAsLong() / 1e9)
                                : Optional.empty()));
            }
            return latencies;
        }

        private static double millis(Histogram nanos, double percentile) {
            return nanos.getValueAtPercentile(percentile) / 1e6;
        }
    }

    /** Tables for a person. */
    public String text() {
        return Stream.of(head(), throughput(), threads(), latency(), batches(), memory())
                .flatMap(List::stream)
                .collect(Collectors.joining("\n"));
    }

    private List<String> head() {
        return List.of(
                machine.line(),
                "%d inference threads with %d intra-op thread each; batches of at most %d images"
                        .formatted(method.inferenceThreads, method.intraOpThreads, method.batchSize),
                "configuration: delivery, interval of checkpoints, subtasks");
    }

    private List<String> throughput() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(
                ("Throughput in images/s and CPU ms of an image, of the whole process; medians of %d alternating rounds of"
                                + " %,d images (pass-through: %,d)")
                        .formatted(method.rounds, method.images, method.passThroughImages));
        String row = CONFIGURATION + "%10s %8s %6s %11s %12s | %10s %8s %5s %12s";
        lines.add(row.formatted(
                "",
                "plain loop",
                "pipeline",
                "ratio",
                "(min-max)",
                "pass-through",
                "CPU: plain",
                "pipeline",
                "ratio",
                "pass-through"));
        for (OfConfiguration one : configurations) {
            Throughput found = one.throughput;
            lines.add(row.formatted(
                    one.configuration.label(),
                    "%,.0f".formatted(found.plainLoop.imagesPerSecond.median),
                    "%,.0f".formatted(found.pipeline.imagesPerSecond.median),
                    "%.2f".formatted(found.ratio.median),
                    "(%.2f-%.2f)".formatted(found.ratio.min, found.ratio.max),
                    "%,.0f".formatted(found.passThrough.imagesPerSecond.median),
                    "%.2f".formatted(found.plainLoop.cpuMillis.median),
                    "%.2f".formatted(found.pipeline.cpuMillis.median),
                    "%.2f".formatted(found.cpuRatio.median),
                    "%.2f".formatted(found.passThrough.cpuMillis.median)));
        }
        return lines;
    }

    private List<String> threads() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("CPU ms of an image in the pipeline's rounds, by threads");
        for (OfConfiguration one : configurations) {
            lines.add(CONFIGURATION.formatted(one.configuration.label())
                    + one.cpuByThread.entrySet().stream()
                            .map(part -> "%s %.3f".formatted(part.getKey(), part.getValue()))
                            .collect(Collectors.joining(", ")));
        }
        return lines;
    }

    private List<String> latency() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(
                ("Latency in ms, from the moment an image was due, which is before its timestamp on Kafka, until a reader of"
                                + " committed records has its answer; steady load: %.2f of the pipeline's throughput")
                        .formatted(method.load));
        String row = CONFIGURATION + "%-12s %-11s %9s %8s %7s %7s %7s %7s %9s %8s %8s";
        lines.add(row.formatted(
                "", "job", "phase", "images/s", "images", "p50", "p90", "p99", "max", "late p99", "CPU ms", "backlog"));
        for (OfConfiguration one : configurations) {
            for (Latency found : one.latencies) {
                lines.add(row.formatted(
                        one.configuration.label(),
                        found.job,
                        found.phase,
                        "%,.0f".formatted(found.imagesPerSecond),
                        "%,d".formatted(found.answered),
                        "%,.0f".formatted(found.p50),
                        "%,.0f".formatted(found.p90),
                        "%,.0f".formatted(found.p99),
                        "%,.0f".formatted(found.max),
                        "%.1f".formatted(found.lateMillis),
                        "%.2f".formatted(found.cpuMillis),
                        found.backlogSeconds.map("%.1f s"::formatted).orElse("")));
            }
        }
        return lines;
    }

    private List<String> batches() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("Micro-batches of the pipeline by their images: N x at most so many");
        for (OfConfiguration one : configurations) {
            lines.add(batches(one, "full load", one.fullLoad));
            lines.add(batches(one, "steady", one.steadyLoad));
        }
        return lines;
    }

    private static String batches(OfConfiguration one, String load, BatchFill fill) {
        return (CONFIGURATION + "%-9s mean %5.1f: %s")
                .formatted(
                        one.configuration.label(),
                        load,
                        fill.meanImages(),
                        fill.buckets().stream()
                                .filter(bucket -> bucket.batches() > 0)
                                .map(bucket -> "%d x %s".formatted(bucket.batches(), atMost(bucket)))
                                .collect(Collectors.joining(", ")));
    }

    private static String atMost(Bucket bucket) {
        return Double.isInfinite(bucket.atMost()) ? "more" : "%.0f".formatted(bucket.atMost());
    }

    private List<String> memory() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(
                ("Heap left by a collection while %.1f times as many images are sent as the pipeline takes, five times in"
                                + " %.0f s (MiB of the messages that wait)")
                        .formatted(method.overload, method.overloadSeconds));
        for (OfConfiguration one : configurations) {
            lines.add(CONFIGURATION.formatted(one.configuration.label())
                    + one.overload.stream()
                            .map(look -> "%.0f MiB (%.1f)".formatted(look.heapMebibytes(), look.waitingMebibytes()))
                            .collect(Collectors.joining(", ")));
        }
        return lines;
    }

    /** One object with everything. */
    public String json() {
        ObjectNode root = JSON.createObjectNode();
        root.set("machine", JSON.valueToTree(machine));
        root.set("method", JSON.valueToTree(method));
        ArrayNode all = root.putArray("configurations");
        configurations.forEach(one -> add(all.addObject(), one));
        try {
            return JSON.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Figures cannot be written", e);
        }
    }

    private static void add(ObjectNode node, OfConfiguration one) {
        node.put("delivery", one.configuration.deliveryName())
                .put("checkpointMillis", one.configuration.checkpointInterval().toMillis())
                .put("parallelism", one.configuration.parallelism());
        node.set("throughput", JSON.valueToTree(one.throughput));
        node.set("cpuMillisByThread", JSON.valueToTree(one.cpuByThread));
        ArrayNode latencies = node.putArray("latencies");
        one.latencies.forEach(latency -> add(latencies.addObject(), latency));
        ObjectNode batches = node.putObject("batches");
        add(batches.putObject("fullLoad"), one.fullLoad);
        add(batches.putObject("steady"), one.steadyLoad);
        node.set("overload", JSON.valueToTree(one.overload));
    }

    private static void add(ObjectNode node, Latency latency) {
        node.put("job", latency.job)
                .put("phase", latency.phase)
                .put("imagesPerSecond", latency.imagesPerSecond)
                .put("sent", latency.sent)
                .put("answered", latency.answered)
                .put("repeated", latency.repeated)
                .put("p50Millis", latency.p50)
                .put("p90Millis", latency.p90)
                .put("p99Millis", latency.p99)
                .put("maxMillis", latency.max)
                .put("lateP99Millis", latency.lateMillis)
                .put("lateMaxMillis", latency.latestMillis)
                .put("cpuMillis", latency.cpuMillis);
        latency.backlogSeconds.ifPresent(seconds -> node.put("backlogSeconds", seconds));
    }

    private static void add(ObjectNode node, BatchFill fill) {
        node.put("batches", fill.batches()).put("images", fill.images());
        ArrayNode histogram = node.putArray("histogram");
        for (Bucket bucket : fill.buckets()) {
            ObjectNode entry = histogram.addObject().put("batches", bucket.batches());
            if (!Double.isInfinite(bucket.atMost())) {
                entry.put("atMost", bucket.atMost());
            }
        }
    }
}
