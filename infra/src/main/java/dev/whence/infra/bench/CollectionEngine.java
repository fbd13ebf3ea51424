package dev.whence.infra.bench;

import dev.whence.vectorstore.EmbeddedReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceCollection.Search;
import dev.whence.vectorstore.SearchStatistics;
import dev.whence.vectorstore.milvus.MilvusIndex;
import dev.whence.vectorstore.milvus.MilvusReferenceCollection;
import dev.whence.vectorstore.milvus.MilvusStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A reference collection as it is used for attribution: ids, exact distances and the neighbours' vectors come back. */
final class CollectionEngine implements SearchEngine {
    /** Rows of one addition, as a reference is built. */
    private static final int ADD_BATCH = 2048;

    private final String name;
    private final Role role;
    private final ReferenceCollection collection;
    private final Optional<Path> folder;
    private final Optional<Long> serverPid;
    private final Runnable afterClosing;

    private CollectionEngine(
            String name,
            Role role,
            ReferenceCollection collection,
            Optional<Path> folder,
            Optional<Long> serverPid,
            Runnable afterClosing) {
        this.name = name;
        this.role = role;
        this.collection = collection;
        this.folder = folder;
        this.serverPid = serverPid;
        this.afterClosing = afterClosing;
    }

    /** The embedded engine on a new collection in the folder. */
    static CollectionEngine embedded(SearchData data, Path folder, int threads) {
        try (EmbeddedReferenceCollection collection =
                EmbeddedReferenceCollection.create(folder, "bench", data.dimension(), Metric.L2, threads)) {
            fill(collection, data.rows());
            collection.compact();
        }
        // Opened again, as a user of a reference meets it.
        return new CollectionEngine(
                "embedded",
                Role.SUBJECT,
                EmbeddedReferenceCollection.open(folder, threads),
                Optional.of(folder),
                Optional.empty(),
                () -> {});
    }

    /**
     * Milvus on a new collection, which is dropped in the end. Returns when the index is complete.
     *
     * @param serverPid the server's process on this machine, whose CPU time counts; empty: it does not
     * @throws dev.whence.vectorstore.ReferenceStoreException when the index is not built within the store's patience
     */
    static CollectionEngine milvus(
            SearchData data, Role role, MilvusStore store, MilvusIndex index, Optional<Long> serverPid) {
        String name = "whence_bench_%s_%d"
                .formatted(index.type().name().toLowerCase(Locale.ROOT), System.currentTimeMillis());
        MilvusReferenceCollection collection = store.create(name, data.dimension(), Metric.L2, index);
        CollectionEngine engine = new CollectionEngine(
                "Milvus " + index.type(), role, collection, Optional.empty(), serverPid, () -> store.drop(name));
        try {
            fill(collection, data.rows());
            // A server that still builds its index answers by other means.
            collection.awaitIndex();
            return engine;
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    private static void fill(ReferenceCollection collection, List<ReferenceVector> rows) {
        for (int from = 0; from < rows.size(); from += ADD_BATCH) {
            collection.add(rows.subList(from, Math.min(rows.size(), from + ADD_BATCH)));
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Role role() {
        return role;
    }

    @Override
    public List<List<String>> search(List<Query> queries, int k) {
        return collection.search(queries, Search.nearest(k)).stream()
                .map(found -> found.stream().map(Neighbour::id).toList())
                .toList();
    }

    @Override
    public long cpuNanos() {
        return Machine.processCpuNanos() + serverPid.map(Machine::cpuNanos).orElse(0L);
    }

    @Override
    public boolean certified() {
        return role == Role.SUBJECT;
    }

    @Override
    public Optional<Long> bytesOnDisk() {
        return folder.map(CollectionEngine::bytes);
    }

    @Override
    public Optional<Work> work() {
        if (collection instanceof EmbeddedReferenceCollection embedded) {
            SearchStatistics done = embedded.statistics();
            return Optional.of(new Work(
                    done.queries(), done.rowsScanned(), done.rowsMeasured(), done.secondPasses(), done.bytesRead()));
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        collection.close();
        afterClosing.run();
    }

    private static long bytes(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException("The size of %s cannot be read".formatted(folder), e);
        }
    }
}
