package dev.whence.infra.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whence.infra.bench.SearchEngine.Role;
import dev.whence.infra.bench.SearchEngine.Work;
import dev.whence.vectorstore.MachineLimits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** What a run of {@code whence bench search} found, as a table and as JSON. */
public record SearchFigures(SearchBench.Settings settings, MachineLimits limits, List<DataSet> dataSets) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LINE = "%-21s %10s %19s %9s %7s %8s %7s %7s %8s %8s %7s %7s %7s %7s %8s";

    /**
     * @param notMeasured engines without figures, and why
     * @param scaling one for each batch size where it was asked for
     */
    public record DataSet(
            String name,
            String origin,
            int rows,
            int dimension,
            int queries,
            List<Measurement> measurements,
            Map<String, String> notMeasured,
            List<Scaling> scaling) {
        /** The best of the engines with this role at this batch size and k, by median queries a second. */
        private Optional<Measurement> best(Role role, Measurement like) {
            return measurements.stream()
                    .filter(m -> m.role == role && m.batch == like.batch && m.k == like.k)
                    .max(Comparator.comparingDouble(m -> median(m.queriesPerSecond)));
        }
    }

    /**
     * One engine at one batch size and k.
     *
     * @param queriesPerSecond of every round
     * @param cpuMillis CPU milliseconds a query of every round
     * @param latencies milliseconds of every call, smallest first
     * @param diskShare bytes on disk over bytes of the vectors
     */
    record Measurement(
            String engine,
            Role role,
            int batch,
            int k,
            List<Double> queriesPerSecond,
            List<Double> cpuMillis,
            List<Double> latencies,
            double recall,
            boolean certified,
            Optional<Double> diskShare,
            Optional<Work> work) {
        double latency(double quantile) {
            return latencies.get((int) Math.min(latencies.size() - 1, quantile * latencies.size()));
        }

        /** Median of the rounds' ratios: both engines of a round met the same machine. */
        double times(Measurement other) {
            return median(IntStream.range(0, queriesPerSecond.size())
                    .mapToObj(round -> queriesPerSecond.get(round) / other.queriesPerSecond.get(round))
                    .toList());
        }

        double timesLessCpu(Measurement other) {
            return median(IntStream.range(0, cpuMillis.size())
                    .mapToObj(round -> other.cpuMillis.get(round) / cpuMillis.get(round))
                    .toList());
        }
    }

    /**
     * Cost of the embedded engine by the number of rows.
     *
     * @param exponent slope of log cost over log rows: 1 where twice the rows cost twice as much
     */
    record Scaling(int batch, int k, List<Integer> rows, List<Double> cpuMillis, double exponent) {
        static Scaling of(int batch, int k, List<Integer> rows, List<Double> cpuMillis) {
            double[] x = rows.stream().mapToDouble(Math::log).toArray();
            double[] y = cpuMillis.stream().mapToDouble(Math::log).toArray();
            double meanX = mean(x);
            double meanY = mean(y);
            double covariance = 0;
            double variance = 0;
            for (int i = 0; i < x.length; i++) {
                covariance += (x[i] - meanX) * (y[i] - meanY);
                variance += (x[i] - meanX) * (x[i] - meanX);
            }
            return new Scaling(batch, k, rows, cpuMillis, covariance / variance);
        }

        private static double mean(double[] values) {
            double sum = 0;
            for (double value : values) {
                sum += value;
            }
            return sum / values.length;
        }
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    public String text() {
        List<String> lines = new ArrayList<>();
        lines.add(Machine.here().line());
        lines.add("limits of one thread: memory %.1f GB/s, float32 %.0f GFLOP/s, int8 %.0f GOP/s"
                .formatted(limits.gigabytesPerSecond(), limits.gigaflopsPerSecond(), limits.int8GigaopsPerSecond()));
        lines.add("medians (min-max) of %d alternating rounds of %.2f s after one unmeasured; %d threads; seed %d"
                .formatted(settings.rounds(), settings.seconds(), settings.threads(), settings.seed()));
        lines.add(
                "x GEMM: times as fast as the best form of the plain matrix product in the same rounds; CPU: by CPU time");
        for (DataSet data : dataSets) {
            lines.add("");
            lines.add("%s: %,d x %d (%,.0f MiB), %,d queries; %s"
                    .formatted(
                            data.name,
                            data.rows,
                            data.dimension,
                            4.0 * data.rows * data.dimension / (1 << 20),
                            data.queries,
                            data.origin));
            for (int k : settings.neighbours()) {
                for (int batch : settings.batches()) {
                    add(lines, data, batch, k);
                }
            }
            data.notMeasured.forEach((engine, why) -> lines.add("%s: not measured: %s".formatted(engine, why)));
            for (Scaling scaling : data.scaling) {
                lines.add("scaling, batch %d, k %d: CPU ms/query %s at %s rows: grows with rows to the power of %.2f"
                        .formatted(
                                scaling.batch,
                                scaling.k,
                                String.join(
                                        ", ",
                                        scaling.cpuMillis.stream()
                                                .map("%.4f"::formatted)
                                                .toList()),
                                String.join(
                                        ", ",
                                        scaling.rows.stream()
                                                .map("%,d"::formatted)
                                                .toList()),
                                scaling.exponent));
            }
        }
        return String.join("\n", lines);
    }

    private void add(List<String> lines, DataSet data, int batch, int k) {
        lines.add("");
        lines.add("k %d, batch %d".formatted(k, batch));
        lines.add(LINE.formatted(
                "engine",
                "queries/s",
                "(min-max)",
                "CPU ms/q",
                "x GEMM",
                "CPU",
                "x FLAT",
                "x HNSW",
                "p50 ms",
                "p99 ms",
                "recall",
                "proven",
                "disk",
                "read/q",
                "limit"));
        for (Measurement m : data.measurements) {
            if (m.batch == batch && m.k == k) {
                lines.add(LINE.formatted(
                        m.engine,
                        "%,.0f".formatted(median(m.queriesPerSecond)),
                        "(%,.0f-%,.0f)"
                                .formatted(Collections.min(m.queriesPerSecond), Collections.max(m.queriesPerSecond)),
                        "%.4f".formatted(median(m.cpuMillis)),
                        cell(data.best(Role.GEMM, m).map(m::times), "%.2f"),
                        cell(data.best(Role.GEMM, m).map(m::timesLessCpu), "%.2f"),
                        cell(data.best(Role.MILVUS_FLAT, m).map(m::times), "%.1f"),
                        cell(data.best(Role.MILVUS_HNSW, m).map(m::times), "%.1f"),
                        "%.3f".formatted(m.latency(0.5)),
                        "%.3f".formatted(m.latency(0.99)),
                        "%.4f".formatted(m.recall),
                        m.certified ? "yes" : "no",
                        cell(m.diskShare, "%.2f"),
                        cell(readShare(data, m), "%.4f"),
                        cell(nearestLimit(data, m), "%s")));
            }
        }
    }

    private static <T> String cell(Optional<T> value, String format) {
        return value.map(v -> format.formatted(v)).orElse("-");
    }

    /** Bytes read for one query over bytes of the vectors. */
    private static Optional<Double> readShare(DataSet data, Measurement m) {
        return m.work.map(work -> work.perQuery(work.bytesRead()) / (4.0 * data.rows * data.dimension));
    }

    /** Share of the memory's speed that the engine reached, by the CPU time it took. */
    private Optional<Double> memoryShare(Measurement m) {
        return m.work.map(
                work -> work.perQuery(work.bytesRead()) / (median(m.cpuMillis) * 1e6) / limits.gigabytesPerSecond());
    }

    /** Share of the float32 limit at which a plain product would have to run to be as fast. */
    private Optional<Double> computeShare(DataSet data, Measurement m) {
        return m.work.map(work -> 2
                * work.perQuery(work.rowsScanned())
                * data.dimension
                / (median(m.cpuMillis) * 1e6)
                / limits.gigaflopsPerSecond());
    }

    private Optional<String> nearestLimit(DataSet data, Measurement m) {
        return memoryShare(m)
                .flatMap(memory -> computeShare(data, m)
                        .map(compute -> memory > compute
                                ? "%.0f%% mem".formatted(100 * memory)
                                : "%.0f%% mul".formatted(100 * compute)));
    }

    public String json() {
        ObjectNode root = JSON.createObjectNode();
        Machine machine = Machine.here();
        root.putObject("machine")
                .put("processor", machine.processor())
                .put("cores", machine.cores())
                .put("system", machine.system())
                .put("java", machine.java());
        root.putObject("limits")
                .put("gigabytesPerSecond", limits.gigabytesPerSecond())
                .put("gigaflopsPerSecond", limits.gigaflopsPerSecond())
                .put("int8GigaopsPerSecond", limits.int8GigaopsPerSecond());
        root.putObject("method")
                .put("rounds", settings.rounds())
                .put("seconds", settings.seconds())
                .put("threads", settings.threads())
                .put("sample", settings.sample())
                .put("seed", settings.seed());
        ArrayNode sets = root.putArray("dataSets");
        for (DataSet data : dataSets) {
            ObjectNode set = sets.addObject()
                    .put("name", data.name)
                    .put("origin", data.origin)
                    .put("rows", data.rows)
                    .put("dimension", data.dimension)
                    .put("queries", data.queries);
            ArrayNode results = set.putArray("results");
            data.measurements.forEach(m -> add(results.addObject(), data, m));
            ObjectNode notMeasured = set.putObject("notMeasured");
            data.notMeasured.forEach(notMeasured::put);
            ArrayNode scaling = set.putArray("scaling");
            data.scaling.forEach(s -> scaling.addObject()
                    .put("batch", s.batch)
                    .put("k", s.k)
                    .put("exponent", s.exponent)
                    .<ObjectNode>set("rows", JSON.valueToTree(s.rows))
                    .set("cpuMillisPerQuery", JSON.valueToTree(s.cpuMillis)));
        }
        return root.toString();
    }

    private void add(ObjectNode row, DataSet data, Measurement m) {
        row.put("engine", m.engine)
                .put("role", m.role.name().toLowerCase(Locale.ROOT))
                .put("batch", m.batch)
                .put("k", m.k);
        addSpread(row.putObject("queriesPerSecond"), m.queriesPerSecond);
        addSpread(row.putObject("cpuMillisPerQuery"), m.cpuMillis);
        row.put("p50Millis", m.latency(0.5))
                .put("p99Millis", m.latency(0.99))
                .put("recall", m.recall)
                .put("certified", m.certified);
        data.best(Role.GEMM, m)
                .ifPresent(gemm -> row.put("timesGemm", m.times(gemm)).put("timesGemmCpu", m.timesLessCpu(gemm)));
        data.best(Role.MILVUS_FLAT, m).ifPresent(flat -> row.put("timesMilvusFlat", m.times(flat)));
        data.best(Role.MILVUS_HNSW, m).ifPresent(hnsw -> row.put("timesMilvusHnsw", m.times(hnsw)));
        m.diskShare.ifPresent(share -> row.put("diskShare", share));
        readShare(data, m).ifPresent(share -> row.put("readShare", share));
        memoryShare(m).ifPresent(share -> row.put("memoryLimitShare", share));
        computeShare(data, m).ifPresent(share -> row.put("computeLimitShare", share));
        m.work.ifPresent(work -> row.put("rowsScannedPerQuery", work.perQuery(work.rowsScanned()))
                .put("rowsMeasuredPerQuery", work.perQuery(work.rowsMeasured()))
                .put("secondPassShare", work.perQuery(work.secondPasses())));
    }

    private static void addSpread(ObjectNode node, List<Double> values) {
        node.put("median", median(values)).put("min", Collections.min(values)).put("max", Collections.max(values));
    }
}
