package dev.whence.vectorstore;

import dev.whence.vectorstore.Manifest.Deletion;
import dev.whence.vectorstore.Manifest.ProjectionEntry;
import dev.whence.vectorstore.Manifest.SegmentEntry;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A reference collection in a folder, searched exactly and in process.
 *
 * <p>Every addition is a segment of its own: its files are written and forced to disk, then the manifest is replaced in
 * one step. A crash before that step loses that addition and nothing else; what it left behind is cleared by the next
 * change. Deletions are noted beside the segments in the same way; {@link #compact} writes what is left anew. Opening maps
 * the files and reads no vector. Neighbours at the same distance come in the order they were added in. How a search stays
 * exact: {@link ExactSearch}.
 *
 * <p>Searches run concurrently with each other and with a change; each sees the collection as it was when the search
 * began. One process changes it at a time; others that have the collection open see the change when they open it again.
 */
public final class EmbeddedReferenceCollection implements ReferenceCollection {
    private static final int MAX_BATCH = 256;
    private static final int MAX_BATCH_COMPONENTS = 1 << 22;
    private static final int MAX_SEGMENT_ROWS = 1 << 18;
    private static final String LOCK_FILE = "writer.lock";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final Pattern NUMBERED_FILE = Pattern.compile("(?:segment|projection|deleted)-[0-9]{6}\\.[a-z0-9]+");

    private final Path folder;
    private final SearchThreads threads;
    private final Kernels kernels;
    private final SearchCounters counters = new SearchCounters();
    private final FirstPassCosts firstPassCosts = new FirstPassCosts();
    private final ReentrantLock changing = new ReentrantLock();
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private final Map<SegmentEntry, IdIndex> ids = new HashMap<>();
    private volatile Snapshot snapshot;
    private volatile boolean closed;

    private EmbeddedReferenceCollection(Path folder, Snapshot snapshot, int threads) {
        this.folder = folder;
        this.snapshot = snapshot;
        this.threads = new SearchThreads(threads);
        this.kernels = Kernels.open();
    }

    /**
     * Creates an empty collection and opens it.
     *
     * @param folder is created where it is missing; must not hold a collection
     * @param name letters, digits, points, dashes and underscores, at most 100
     * @param dimension 1 to 1,048,576
     * @param threads threads that a search runs on
     * @throws ReferenceStoreException if there is a collection already, or the folder can't be written
     */
    public static EmbeddedReferenceCollection create(
            Path folder, String name, int dimension, Metric metric, int threads) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("A collection can't be called '" + name
                    + "': use up to 100 letters, digits, points, dashes and underscores.");
        }
        if (dimension < 1 || dimension > Manifest.MAX_DIMENSION) {
            throw new IllegalArgumentException(
                    "Vectors can't have " + dimension + " components: pass 1 to " + Manifest.MAX_DIMENSION + ".");
        }
        try {
            Files.createDirectories(folder);
            if (Manifest.isIn(folder)) {
                throw new ReferenceStoreException(
                        Reason.EXISTS,
                        "There is a reference collection in " + folder + " already: open it, or name another folder.");
            }
            ProjectionEntry none = SearchProjection.write(folder, 0, new float[dimension], new float[0][], 0);
            Manifest.of(name, dimension, metric, 0, none, List.of(), List.of()).write(folder);
        } catch (IOException e) {
            throw failed("create", folder, e);
        }
        return open(folder, threads);
    }

    /**
     * Opens a collection by mapping its files, whose lengths are checked; {@link #verify()} checks their content.
     *
     * @param threads threads that a search runs on; 1: the caller's own
     * @throws ReferenceStoreException if there is no collection, or one that is damaged or of an unknown format
     */
    public static EmbeddedReferenceCollection open(Path folder, int threads) {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new ReferenceStoreException(
                    Reason.FAILED,
                    "Reference collections are little-endian, this machine is not: use another machine.");
        }
        try {
            return new EmbeddedReferenceCollection(folder, Snapshot.open(folder), threads);
        } catch (IOException e) {
            throw failed("open", folder, e);
        }
    }

    public String name() {
        return snapshot.manifest().name();
    }

    @Override
    public int dimension() {
        return snapshot.manifest().dimension();
    }

    @Override
    public Metric metric() {
        return snapshot.manifest().metric();
    }

    @Override
    public long count() {
        return snapshot.manifest().count();
    }

    FirstPassCosts firstPassCosts() {
        return firstPassCosts;
    }

    /** What searches did since the collection was opened. */
    public SearchStatistics statistics() {
        return counters.read();
    }

    /**
     * Adds the vectors as one segment, all or none. The first addition also sets the projection that makes searches fast:
     * begin with a representative part of the data, some hundred vectors or more, or {@link #compact} at the end.
     *
     * @throws IllegalArgumentException if a vector has another dimension or a component that is not finite, an id is
     *     empty, longer than 1024 bytes or used before, or a SHA-256 is malformed; nothing was added
     * @throws ReferenceStoreException if another writer is changing the collection, or the disk refuses; nothing was added
     */
    @Override
    public void add(List<ReferenceVector> vectors) {
        change("add to", before -> {
            VectorChecks.checkAddition(vectors, dimension(), metric(), name());
            for (ReferenceVector vector : vectors) {
                if (find(vector.id(), before) >= 0) {
                    throw VectorChecks.usedTwice(vector.id(), name());
                }
            }
            if (!vectors.isEmpty()) {
                append(vectors, before);
            }
            return vectors.size();
        });
    }

    /**
     * {@inheritDoc}
     *
     * @throws ReferenceStoreException if another writer is changing the collection, or the disk refuses; nothing was
     *     deleted
     */
    @Override
    public long delete(Collection<String> ids) {
        return change("delete from", before -> {
            List<BitSet> deleted = new ArrayList<>();
            before.deleted().forEach(rows -> deleted.add((BitSet) rows.clone()));
            Set<Integer> changed = new HashSet<>();
            long count = 0;
            for (String id : new HashSet<>(ids)) {
                long row = find(id, before);
                if (row >= 0) {
                    int index = before.segments().indexOf(before.segmentOf(row));
                    deleted.get(index)
                            .set((int) (row - before.segments().get(index).firstRow()));
                    changed.add(index);
                    count++;
                }
            }
            if (count > 0) {
                writeDeletions(before, deleted, changed);
            }
            return count;
        });
    }

    /**
     * Writes what is not deleted into segments as large as can be, behind a projection learned from all of it, and lets go
     * of the old files. Neighbours stay the same. Searches go on meanwhile; needs the room of the collection once more.
     *
     * @throws ReferenceStoreException if another writer is changing the collection, or the disk refuses; nothing changed
     */
    public void compact() {
        change("compact", before -> {
            if (before.manifest().count() > 0) {
                rewrite(before);
            }
            return before.manifest().count();
        });
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a query has another dimension or a component that is not finite, or its SHA-256
     *     is malformed
     */
    @Override
    public List<List<Neighbour>> search(List<Query> queries, Search asked) {
        Lock alive = useWhileOpen();
        try {
            Snapshot seen = snapshot;
            VectorChecks.checkQueries(queries, dimension(), metric());
            List<SearchedQuery> checked = queries.stream()
                    .map(query -> SearchedQuery.of(query.vector(), Sha256.parse(query.sha256(), "a query"), metric()))
                    .toList();
            int batch = Math.max(1, Math.min(MAX_BATCH, MAX_BATCH_COMPONENTS / dimension()));
            ExactSearch search = new ExactSearch(seen, kernels, threads, counters, firstPassCosts, asked);
            List<List<Neighbour>> neighbours = new ArrayList<>();
            for (int from = 0; from < checked.size(); from += batch) {
                neighbours.addAll(search.search(checked.subList(from, Math.min(from + batch, checked.size()))));
            }
            return neighbours;
        } finally {
            alive.unlock();
        }
    }

    /** All vectors in the order they were added in, as the collection is now. */
    @Override
    public Iterator<ReferenceVector> iterator() {
        Snapshot seen = snapshot;
        return new Iterator<>() {
            private long row = nextAlive(seen, 0);

            @Override
            public boolean hasNext() {
                return row >= 0;
            }

            @Override
            public ReferenceVector next() {
                if (row < 0) {
                    throw new NoSuchElementException();
                }
                Lock alive = useWhileOpen();
                try {
                    Segment segment = seen.segmentOf(row);
                    ReferenceVector vector = segment.read((int) (row - segment.firstRow()));
                    row = nextAlive(seen, row + 1);
                    return vector;
                } finally {
                    alive.unlock();
                }
            }
        };
    }

    /** The first row from here on that is not deleted; -1 if there is none. */
    private static long nextAlive(Snapshot seen, long from) {
        for (int index = 0; index < seen.segments().size(); index++) {
            Segment segment = seen.segments().get(index);
            if (from < segment.firstRow() + segment.count()) {
                int start = (int) Math.max(0, from - segment.firstRow());
                int row = seen.deleted().get(index).nextClearBit(start);
                if (row < segment.count()) {
                    return segment.firstRow() + row;
                }
            }
        }
        return -1;
    }

    /**
     * Reads every file and compares it with its SHA-256 in the manifest.
     *
     * @throws ReferenceStoreException if a file is damaged
     */
    public void verify() {
        Lock alive = useWhileOpen();
        try {
            snapshot.verify(folder);
        } catch (IOException e) {
            throw failed("read", folder, e);
        } finally {
            alive.unlock();
        }
    }

    /** Waits for searches that run, then lets go of threads and native memory. */
    @Override
    public void close() {
        life.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                threads.close();
                kernels.close();
            }
        } finally {
            life.writeLock().unlock();
        }
    }

    private Lock useWhileOpen() {
        Lock lock = life.readLock();
        lock.lock();
        if (closed) {
            lock.unlock();
            throw new IllegalStateException("The reference collection " + name() + " is closed: open it again.");
        }
        return lock;
    }

    private interface Change {
        /** @return how many vectors it changed */
        long to(Snapshot before) throws IOException;
    }

    /** Runs a change of the collection as it is on disk, alone among all writers of all processes. */
    private long change(String what, Change change) {
        Lock alive = useWhileOpen();
        changing.lock();
        try (FileChannel lockFile =
                FileChannel.open(folder.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lockOrRefuse(lockFile);
            Snapshot before = snapshot.refresh(folder);
            snapshot = before;
            clearLeftovers(before.manifest());
            return change.to(before);
        } catch (IOException e) {
            throw failed(what, folder, e);
        } finally {
            changing.unlock();
            alive.unlock();
        }
    }

    /** Closing the channel releases the lock. */
    private void lockOrRefuse(FileChannel lockFile) throws IOException {
        String refusal =
                "Another writer is changing the reference collection in " + folder + ": try again when it has ended.";
        try {
            if (lockFile.tryLock() == null) {
                throw new ReferenceStoreException(Reason.BUSY, refusal);
            }
        } catch (OverlappingFileLockException e) {
            throw new ReferenceStoreException(Reason.BUSY, refusal, e);
        }
    }

    /** The row of an id that is not deleted; -1 if there is none. */
    private long find(String id, Snapshot seen) {
        for (int index = 0; index < seen.segments().size(); index++) {
            Segment segment = seen.segments().get(index);
            int row = ids.computeIfAbsent(segment.entry(), entry -> new IdIndex(segment))
                    .find(segment, id, seen.deleted().get(index));
            if (row >= 0) {
                return segment.firstRow() + row;
            }
        }
        return -1;
    }

    private void append(List<ReferenceVector> vectors, Snapshot before) throws IOException {
        Manifest manifest = before.manifest();
        int number = manifest.written() + 1;
        SearchProjection projection = before.projection();
        ProjectionEntry entry = manifest.projection();
        if (manifest.segments().isEmpty()) {
            entry = learnProjection(number, vectors.iterator(), vectors.size());
            projection = SearchProjection.map(folder, entry, dimension());
        }
        List<SegmentEntry> segments = new ArrayList<>(manifest.segments());
        try (SegmentWriter writer = new SegmentWriter(folder, number, projection, metric(), kernels.floats())) {
            for (ReferenceVector vector : vectors) {
                writer.add(vector);
            }
            segments.add(writer.finish());
        }
        replace(before, number, entry, segments, manifest.deletions());
    }

    private void rewrite(Snapshot before) throws IOException {
        int number = before.manifest().written() + 1;
        ProjectionEntry entry = learnProjection(number, iterator(), count());
        SearchProjection projection = SearchProjection.map(folder, entry, dimension());
        List<SegmentEntry> segments = new ArrayList<>();
        Iterator<ReferenceVector> vectors = iterator();
        while (vectors.hasNext()) {
            if (!segments.isEmpty()) {
                number++;
            }
            try (SegmentWriter writer = new SegmentWriter(folder, number, projection, metric(), kernels.floats())) {
                while (vectors.hasNext() && writer.count() < MAX_SEGMENT_ROWS) {
                    writer.add(vectors.next());
                }
                segments.add(writer.finish());
            }
        }
        replace(before, number, entry, segments, List.of());
    }

    /** Learns from vectors at even distances. */
    private ProjectionEntry learnProjection(int number, Iterator<ReferenceVector> vectors, long count)
            throws IOException {
        int size = (int) Math.min(count, ProjectionTraining.sampleSize(dimension()));
        List<float[]> sample = new ArrayList<>();
        for (long row = 0; row < count; row++) {
            ReferenceVector vector = vectors.next();
            if (row >= sample.size() * count / size) {
                sample.add(vector.vector());
            }
        }
        double[] scales = sample.stream()
                .mapToDouble(vector -> metric() == Metric.L2 ? 1 : 1 / Distances.length(vector))
                .toArray();
        ProjectionTraining.Trained trained = ProjectionTraining.train(sample, scales, count, kernels.floats());
        return SearchProjection.write(folder, number, trained.centre(), trained.axes(), trained.deviation());
    }

    private void writeDeletions(Snapshot before, List<BitSet> deleted, Set<Integer> changed) throws IOException {
        Manifest manifest = before.manifest();
        Map<Integer, Deletion> deletions = manifest.deletions().stream()
                .collect(Collectors.toMap(Deletion::segment, deletion -> deletion, (a, b) -> b, HashMap::new));
        int number = manifest.written();
        for (int index : changed) {
            number++;
            BitSet rows = deleted.get(index);
            ByteBuffer bytes = ByteBuffer.allocate(4 * rows.cardinality()).order(ByteOrder.LITTLE_ENDIAN);
            rows.stream().forEach(bytes::putInt);
            int segment = before.segments().get(index).entry().number();
            try (StoredFile.Writer file = new StoredFile.Writer(folder, "deleted-%06d.rows".formatted(number))) {
                file.write(bytes);
                deletions.put(segment, new Deletion(segment, rows.cardinality(), file.finish()));
            }
        }
        replace(before, number, manifest.projection(), manifest.segments(), List.copyOf(deletions.values()));
    }

    /** The one step that makes a change visible. */
    private void replace(
            Snapshot before,
            int written,
            ProjectionEntry projection,
            List<SegmentEntry> segments,
            List<Deletion> deletions)
            throws IOException {
        Manifest manifest = Manifest.of(name(), dimension(), metric(), written, projection, segments, deletions);
        manifest.write(folder);
        snapshot = before.refresh(folder);
        ids.keySet().retainAll(Set.copyOf(segments));
        clearLeftovers(manifest);
    }

    /** Deletes what no manifest names any more, and what a change that never reached one left. */
    private void clearLeftovers(Manifest current) throws IOException {
        Set<String> named = current.files().stream().map(StoredFile::name).collect(Collectors.toSet());
        Files.deleteIfExists(folder.resolve(Manifest.TEMPORARY_FILE));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (NUMBERED_FILE.matcher(name).matches() && !named.contains(name)) {
                    Files.delete(file);
                }
            }
        }
    }

    private static ReferenceStoreException failed(String what, Path folder, IOException cause) {
        return new ReferenceStoreException(
                Reason.FAILED,
                "Could not " + what + " the reference collection in " + folder + ": " + cause.getMessage(),
                cause);
    }
}
