package dev.whence.infra.bench;

import dev.whence.infra.bench.SearchEngine.Role;
import dev.whence.infra.bench.SearchEngine.Work;
import dev.whence.infra.bench.SearchFigures.DataSet;
import dev.whence.infra.bench.SearchFigures.Measurement;
import dev.whence.infra.bench.SearchFigures.Scaling;
import dev.whence.vectorstore.PlainMatrixSearch;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.milvus.MilvusIndex;
import dev.whence.vectorstore.milvus.MilvusSettings;
import dev.whence.vectorstore.milvus.MilvusStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The embedded engine against the plain matrix product, in one process, on the same queries and the same number of
 * threads.
 *
 * <p>For every batch size and k each engine runs unmeasured for as long as one round. Then rounds alternate: a slice of
 * time of every engine, then the next round, each from another place in the queries, the same for all. What the machine
 * does besides hits all alike. The truth that recall is counted against is every distance in double precision.
 */
public final class SearchBench {
    private static final Duration INDEXING = Duration.ofMinutes(10);

    private final Settings settings;
    private final Optional<Server> server;
    private final Path folder;

    /**
     * @param server empty: Milvus is not measured
     * @param folder where collections are made
     */
    public SearchBench(Settings settings, Optional<Server> server, Path folder) {
        this.settings = settings;
        this.server = server;
        this.folder = folder;
    }

    /**
     * How to measure.
     *
     * @param batches queries of one call
     * @param seconds length of a slice
     * @param sample queries whose recall is counted
     * @param seed of the order in which --scaling takes the rows
     */
    public record Settings(
            List<Integer> batches,
            List<Integer> neighbours,
            int rounds,
            double seconds,
            int threads,
            int sample,
            long seed,
            boolean scaling) {}

    /**
     * A Milvus server to measure besides.
     *
     * @param indexes exact ones and graphs
     * @param pid its process on this machine, whose CPU time counts; empty: it does not
     */
    public record Server(String uri, List<MilvusIndex> indexes, Optional<Long> pid) {}

    /** @throws IllegalArgumentException when this machine does not tell the CPU time of such a process */
    public static void requireProcess(long pid) {
        Machine.cpuNanos(pid);
    }

    /** Measures one data set. */
    public DataSet run(SearchData data) {
        if (server.isEmpty()) {
            return run(data, Optional.empty());
        }
        try (MilvusStore store =
                MilvusStore.connect(MilvusSettings.of(server.get().uri()).withPatience(INDEXING))) {
            return run(data, Optional.of(store));
        }
    }

    private DataSet run(SearchData data, Optional<MilvusStore> store) {
        int most = Collections.max(settings.neighbours());
        if (data.rows().size() < most) {
            throw new IllegalArgumentException("%s has %,d vectors, too few for %d neighbours: name a smaller --k"
                    .formatted(data.name(), data.rows().size(), most));
        }
        Truth truth = new Truth(data, Math.min(settings.sample(), data.queries().size()), most);
        List<SearchEngine> engines = new ArrayList<>();
        Map<String, String> notMeasured = new LinkedHashMap<>();
        List<Measurement> measurements = new ArrayList<>();
        try {
            engines.add(CollectionEngine.embedded(data, folder.resolve("embedded"), settings.threads()));
            for (PlainMatrixSearch.Form form : PlainMatrixSearch.Form.values()) {
                engines.add(new PlainEngine(data, form, settings.threads()));
            }
            if (store.isPresent()) {
                for (MilvusIndex index : server.orElseThrow().indexes()) {
                    Role role = index.type() == MilvusIndex.Type.FLAT ? Role.MILVUS_FLAT : Role.MILVUS_HNSW;
                    engines.add(CollectionEngine.milvus(
                            data, role, store.get(), index, server.orElseThrow().pid()));
                }
            } else {
                notMeasured.put("Milvus FLAT", "no --uri");
                notMeasured.put("Milvus HNSW", "no --uri");
            }
            for (int k : settings.neighbours()) {
                for (int batch : settings.batches()) {
                    measurements.addAll(measure(data, engines, batch, k, truth));
                }
            }
        } finally {
            engines.forEach(SearchEngine::close);
        }
        return new DataSet(
                data.name(),
                data.origin(),
                data.rows().size(),
                data.dimension(),
                data.queries().size(),
                measurements,
                notMeasured,
                settings.scaling() ? scaling(data) : List.of());
    }

    private List<Measurement> measure(SearchData data, List<SearchEngine> engines, int batch, int k, Truth truth) {
        List<List<Query>> batches = batches(data.queries(), batch);
        List<Slices> slices = new ArrayList<>();
        for (SearchEngine engine : engines) {
            Slices warmUp = new Slices(engine);
            warmUp.add(batches, 0, k, settings.seconds());
            slices.add(new Slices(engine));
        }
        for (int round = 0; round < settings.rounds(); round++) {
            for (Slices engine : slices) {
                engine.add(batches, round * batches.size() / settings.rounds(), k, settings.seconds());
            }
        }
        return slices.stream()
                .map(engine -> engine.measurement(data, batch, k, truth.recall(engine.engine, batch, k)))
                .toList();
    }

    /** Every query is in as many batches as any other. */
    private static List<List<Query>> batches(List<Query> queries, int batch) {
        int count = (queries.size() + batch - 1) / batch;
        return IntStream.range(0, count)
                .mapToObj(b -> IntStream.range(b * batch, (b + 1) * batch)
                        .mapToObj(i -> queries.get(i % queries.size()))
                        .toList())
                .toList();
    }

    /** What the rounds of one engine gave. */
    private static final class Slices {
        private final SearchEngine engine;
        private final Optional<Work> before;
        private final List<Double> queriesPerSecond = new ArrayList<>();
        private final List<Double> cpuMillis = new ArrayList<>();
        private final List<Double> latencies = new ArrayList<>();

        Slices(SearchEngine engine) {
            this.engine = engine;
            this.before = engine.work();
        }

        void add(List<List<Query>> batches, int from, int k, double seconds) {
            long length = (long) (seconds * 1e9);
            long queries = 0;
            int next = from;
            long cpu = engine.cpuNanos();
            long start = System.nanoTime();
            long last = start;
            while (last - start < length) {
                List<Query> batch = batches.get(next++ % batches.size());
                engine.search(batch, k);
                long now = System.nanoTime();
                latencies.add((now - last) / 1e6);
                last = now;
                queries += batch.size();
            }
            cpuMillis.add((engine.cpuNanos() - cpu) / 1e6 / queries);
            queriesPerSecond.add(queries / ((last - start) / 1e9));
        }

        Measurement measurement(SearchData data, int batch, int k, double recall) {
            Optional<Work> done = before.flatMap(b -> engine.work().map(now -> now.minus(b)));
            return new Measurement(
                    engine.name(),
                    engine.role(),
                    batch,
                    k,
                    List.copyOf(queriesPerSecond),
                    List.copyOf(cpuMillis),
                    latencies.stream().sorted().toList(),
                    recall,
                    engine.certified(),
                    engine.bytesOnDisk().map(bytes -> (double) bytes / data.rawBytes()),
                    done);
        }
    }

    /** Costs of the embedded engine at an eighth, a quarter, half and all of the rows, in a random order. */
    private List<Scaling> scaling(SearchData data) {
        List<ReferenceVector> shuffled = new ArrayList<>(data.rows());
        Collections.shuffle(shuffled, new Random(settings.seed()));
        List<SearchEngine> engines = new ArrayList<>();
        int k = settings.neighbours().get(0);
        int[] sizes =
                IntStream.of(8, 4, 2, 1).map(part -> shuffled.size() / part).toArray();
        try {
            for (int size : sizes) {
                SearchData part = new SearchData(data.name(), data.origin(), shuffled.subList(0, size), data.queries());
                engines.add(CollectionEngine.embedded(part, folder.resolve("scaling-" + size), settings.threads()));
            }
            List<Scaling> all = new ArrayList<>();
            for (int batch : settings.batches()) {
                List<List<Query>> batches = batches(data.queries(), batch);
                engines.forEach(engine -> new Slices(engine).add(batches, 0, k, settings.seconds()));
                List<Slices> slices = engines.stream().map(Slices::new).toList();
                for (int round = 0; round < settings.rounds(); round++) {
                    for (Slices engine : slices) {
                        engine.add(batches, round * batches.size() / settings.rounds(), k, settings.seconds());
                    }
                }
                all.add(Scaling.of(
                        batch,
                        k,
                        Arrays.stream(sizes).boxed().toList(),
                        slices.stream()
                                .map(engine -> SearchFigures.median(engine.cpuMillis))
                                .toList()));
            }
            return all;
        } finally {
            engines.forEach(SearchEngine::close);
        }
    }

    /** The nearest rows of the first queries, by every distance in double precision. */
    private static final class Truth {
        private final SearchData data;
        private final Map<String, ReferenceVector> byId = new HashMap<>();
        private final double[][] nearest;

        Truth(SearchData data, int sample, int k) {
            this.data = data;
            data.rows().forEach(row -> byId.put(row.id(), row));
            nearest = data.queries().subList(0, sample).parallelStream()
                    .map(query -> data.rows().stream()
                            .filter(row -> !row.sha256().equals(query.sha256()))
                            .mapToDouble(row -> squaredDistance(query.vector(), row.vector()))
                            .sorted()
                            .limit(k)
                            .toArray())
                    .toArray(double[][]::new);
        }

        /** Share of the k nearest that the engine finds; one as near as the k-th is as good. */
        double recall(SearchEngine engine, int batch, int k) {
            long right = 0;
            List<Query> asked = data.queries().subList(0, nearest.length);
            for (int from = 0; from < asked.size(); from += batch) {
                List<Query> part = asked.subList(from, Math.min(asked.size(), from + batch));
                List<List<String>> found = engine.search(part, k);
                for (int i = 0; i < part.size(); i++) {
                    Query query = part.get(i);
                    double limit = nearest[from + i][k - 1];
                    right += new HashSet<>(found.get(i))
                            .stream()
                                    .map(byId::get)
                                    .filter(row -> squaredDistance(query.vector(), row.vector()) <= limit)
                                    .count();
                }
            }
            return (double) right / ((long) k * asked.size());
        }

        private static double squaredDistance(float[] a, float[] b) {
            double sum = 0;
            for (int i = 0; i < a.length; i++) {
                double difference = (double) a[i] - b[i];
                sum += difference * difference;
            }
            return sum;
        }
    }
}
