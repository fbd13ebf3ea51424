package dev.whence.infra.bench;

import dev.whence.vectorstore.EmbeddedReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceCollection.Search;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    private final long[] serverPid;

    private CollectionEngine(
            String name, Role role, ReferenceCollection collection, Optional<Path> folder, long... serverPid) {
        this.name = name;
        this.role = role;
        this.collection = collection;
        this.folder = folder;
        this.serverPid = serverPid;
    }

    /** The embedded engine on a new collection in the folder. */
    static CollectionEngine embedded(SearchData data, Path folder, int threads) {
        try (ReferenceCollection collection =
                EmbeddedReferenceCollection.create(folder, "bench", data.dimension(), Metric.L2, threads)) {
            fill(collection, data.rows());
        }
        // Opened again, as a user of a reference meets it.
        return new CollectionEngine(
                "embedded", Role.SUBJECT, EmbeddedReferenceCollection.open(folder, threads), Optional.of(folder));
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
        long server = 0;
        for (long pid : serverPid) {
            server += Machine.cpuNanos(pid);
        }
        return Machine.processCpuNanos() + server;
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
        return Optional.empty();
    }

    @Override
    public void close() {
        collection.close();
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
