package dev.whence.vectorstore;

import dev.whence.vectorstore.Manifest.SegmentEntry;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A reference collection in a folder, searched exactly and in process.
 *
 * <p>Every addition is a segment of its own: its files are written and forced to disk, then the manifest is replaced in
 * one step. A crash before that step loses that addition and nothing else; what it left behind is cleared by the next
 * addition. Opening maps the files and reads no vector. Neighbours at the same distance come in the order they were
 * added in. How a search stays exact: {@link ExactSearch}.
 *
 * <p>Searches run concurrently with each other and with an addition; each sees the collection as it was when the search
 * began. One process adds at a time; others that have the collection open see its additions when they open it again.
 */
public final class EmbeddedReferenceCollection implements ReferenceCollection {
    private static final int MAX_BATCH = 128;
    private static final int MAX_BATCH_COMPONENTS = 1 << 24;
    private static final int MAX_ID_BYTES = 1024;
    private static final String LOCK_FILE = "writer.lock";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final Pattern NUMBERED_FILE = Pattern.compile("(?:segment|centre)-([0-9]{6})\\.(?:f32|rows)");

    private final Path folder;
    private final SearchThreads threads;
    private final MatrixProduct product;
    private final ReentrantLock adding = new ReentrantLock();
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private final Set<String> ids = new HashSet<>();
    private int segmentsInIds;
    private volatile Snapshot snapshot;
    private volatile boolean closed;

    private EmbeddedReferenceCollection(Path folder, Snapshot snapshot, int threads) {
        this.folder = folder;
        this.snapshot = snapshot;
        this.threads = new SearchThreads(threads);
        this.product = new MatrixProduct(snapshot.manifest().dimension());
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
    public static EmbeddedReferenceCollection create(Path folder, String name, int dimension, int threads) {
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
            StoredFile centre = writeCentre(folder, 0, new float[dimension]);
            Manifest.of(name, dimension, centre, List.of()).write(folder);
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
        return Metric.L2;
    }

    @Override
    public long delete(Collection<String> ids) {
        throw new UnsupportedOperationException("comes with the next commit");
    }

    @Override
    public long count() {
        return snapshot.manifest().count();
    }

    /**
     * Adds the vectors as one segment, all or none. The first addition also sets the centre (the mean of its vectors)
     * that makes searches fast: begin with a representative part of the data, some hundred vectors or more.
     *
     * @throws IllegalArgumentException if a vector has another dimension or a component that is not finite, an id is
     *     empty, longer than 1024 bytes or used before, or a SHA-256 is malformed; nothing was added
     * @throws ReferenceStoreException if another writer is adding, or the disk refuses; nothing was added
     */
    @Override
    public void add(List<ReferenceVector> vectors) {
        Lock alive = useWhileOpen();
        adding.lock();
        try (FileChannel lockFile =
                FileChannel.open(folder.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lockOrRefuse(lockFile);
            Snapshot before = snapshot.refresh(folder);
            snapshot = before;
            validate(vectors, before);
            if (!vectors.isEmpty()) {
                clearLeftovers(before.manifest());
                append(vectors, before);
            }
        } catch (IOException e) {
            throw failed("add to", folder, e);
        } finally {
            adding.unlock();
            alive.unlock();
        }
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
            List<Sha256> sha256s = new ArrayList<>();
            for (Query query : queries) {
                checkVector(query.vector(), dimension(), "a query");
                sha256s.add(Sha256.parse(query.sha256(), "a query"));
            }
            List<float[]> vectors = queries.stream().map(Query::vector).toList();
            int batch = Math.max(1, Math.min(MAX_BATCH, MAX_BATCH_COMPONENTS / dimension()));
            ExactSearch search = new ExactSearch(seen, product, threads);
            List<List<Neighbour>> neighbours = new ArrayList<>();
            for (int from = 0; from < vectors.size(); from += batch) {
                int to = Math.min(from + batch, vectors.size());
                QueryBatch part = new QueryBatch(vectors.subList(from, to), sha256s.subList(from, to), seen.centre());
                neighbours.addAll(search.search(part, asked.k()));
            }
            return neighbours;
        } finally {
            alive.unlock();
        }
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
                product.close();
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

    /** Closing the channel releases the lock. */
    private void lockOrRefuse(FileChannel lockFile) throws IOException {
        String refusal =
                "Another writer is adding to the reference collection in " + folder + ": try again when it has ended.";
        try {
            if (lockFile.tryLock() == null) {
                throw new ReferenceStoreException(Reason.BUSY, refusal);
            }
        } catch (OverlappingFileLockException e) {
            throw new ReferenceStoreException(Reason.BUSY, refusal, e);
        }
    }

    private void validate(List<ReferenceVector> vectors, Snapshot before) {
        List<Segment> segments = before.segments();
        for (; segmentsInIds < segments.size(); segmentsInIds++) {
            Segment segment = segments.get(segmentsInIds);
            for (int row = 0; row < segment.count(); row++) {
                ids.add(segment.id(row));
            }
        }
        Set<String> added = new HashSet<>();
        for (ReferenceVector vector : vectors) {
            int idBytes = vector.id().getBytes(StandardCharsets.UTF_8).length;
            if (idBytes == 0 || idBytes > MAX_ID_BYTES) {
                throw new IllegalArgumentException(
                        "A vector's id has " + idBytes + " bytes: give it 1 to " + MAX_ID_BYTES + ".");
            }
            if (ids.contains(vector.id()) || !added.add(vector.id())) {
                throw new IllegalArgumentException("The id '" + vector.id() + "' is used twice in the collection "
                        + name() + ": give every vector its own.");
            }
            String whose = "the vector '" + vector.id() + "'";
            Sha256.parse(vector.sha256(), whose);
            checkVector(vector.vector(), dimension(), whose);
        }
    }

    private static void checkVector(float[] vector, int dimension, String whose) {
        if (vector.length != dimension) {
            throw new IllegalArgumentException("The dimension of " + whose + " is " + vector.length
                    + ", that of the collection " + dimension + ": embed it with the collection's own space.");
        }
        for (float component : vector) {
            if (!Float.isFinite(component)) {
                throw new IllegalArgumentException(
                        "A component of " + whose + " is " + component + ": only finite ones can be compared.");
            }
        }
    }

    private void append(List<ReferenceVector> vectors, Snapshot before) throws IOException {
        Manifest manifest = before.manifest();
        int number = manifest.segments().size() + 1;
        float[] centre = number == 1 ? mean(vectors) : before.centre();
        StoredFile centreFile = number == 1 ? writeCentre(folder, 1, centre) : manifest.centre();
        List<SegmentEntry> segments = new ArrayList<>(manifest.segments());
        segments.add(Segment.write(folder, number, vectors, centre));
        Manifest.of(manifest.name(), manifest.dimension(), centreFile, segments).write(folder);
        snapshot = before.refresh(folder);
    }

    private static float[] mean(List<ReferenceVector> vectors) {
        double[] sums = new double[vectors.get(0).vector().length];
        for (ReferenceVector vector : vectors) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += vector.vector()[i];
            }
        }
        float[] mean = new float[sums.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sums[i] / vectors.size());
        }
        return mean;
    }

    private static StoredFile writeCentre(Path folder, int number, float[] centre) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * centre.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(centre);
        bytes.position(bytes.capacity());
        try (StoredFile.Writer file = new StoredFile.Writer(folder, "centre-%06d.f32".formatted(number))) {
            file.write(bytes);
            return file.finish();
        }
    }

    /** Deletes what an addition that never reached the manifest left: files of a number that is not taken yet. */
    private void clearLeftovers(Manifest current) throws IOException {
        int taken = current.segments().size();
        Files.deleteIfExists(folder.resolve(Manifest.TEMPORARY_FILE));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Matcher name = NUMBERED_FILE.matcher(file.getFileName().toString());
                if (name.matches() && Integer.parseInt(name.group(1)) > taken) {
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
