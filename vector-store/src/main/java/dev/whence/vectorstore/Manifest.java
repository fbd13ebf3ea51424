package dev.whence.vectorstore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What a collection consists of. The manifest is the collection: a file it does not name is not part of it, and
 * replacing the manifest is the one step that makes an addition visible.
 *
 * @param version of the layout on disk
 * @param count vectors that a search sees: those of all segments without the deleted ones
 * @param written numbers of files given out so far; the next file takes the next one
 * @param projection what the first pass of a search looks through
 * @param deletions at most one for each segment
 */
record Manifest(
        String format,
        int version,
        String name,
        int dimension,
        Metric metric,
        long count,
        int written,
        ProjectionEntry projection,
        List<SegmentEntry> segments,
        List<Deletion> deletions) {

    static final String FILE = "manifest.json";
    static final String TEMPORARY_FILE = "manifest.json.tmp";
    static final String FORMAT = "whence-reference-collection";
    static final int VERSION = 2;
    static final int MAX_DIMENSION = 1 << 20;

    private static final long MAX_BYTES = 64L << 20;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * @param axes number of coordinates
     * @param deviation how far from orthonormal the axes are at most, as a spectral norm
     */
    record ProjectionEntry(int axes, double deviation, StoredFile file) {}

    /**
     * @param number larger than that of every segment before it
     * @param dataSets the data sets its vectors are from
     * @param vectors count x dimension float32, little-endian, row by row
     * @param rows what else is known of each row: see {@link Segment}
     */
    record SegmentEntry(
            int number, int count, List<String> dataSets, StoredFile vectors, StoredFile codes, StoredFile rows) {
        SegmentEntry {
            dataSets = List.copyOf(dataSets);
        }

        List<StoredFile> files() {
            return List.of(vectors, codes, rows);
        }
    }

    /**
     * @param segment number of the segment
     * @param rows its deleted rows, int32, little-endian, ascending
     */
    record Deletion(int segment, int count, StoredFile rows) {}

    Manifest {
        segments = List.copyOf(segments);
        deletions = List.copyOf(deletions);
        if (dimension < 1 || dimension > MAX_DIMENSION) {
            throw new IllegalArgumentException("its dimension " + dimension + " is not 1 to " + MAX_DIMENSION);
        }
        int axes = projection.axes();
        if (axes < 0
                || axes > dimension
                || !(projection.deviation() >= 0 && projection.deviation() < 0.1)
                || projection.file().bytes() != SearchProjection.fileBytes(dimension, axes)
                || (axes == 0 && !segments.isEmpty())) {
            throw new IllegalArgumentException("its projection contradicts itself");
        }
        long rows = 0;
        int last = 0;
        for (SegmentEntry segment : segments) {
            if (segment.number() <= last
                    || segment.number() > written
                    || segment.count() < 1
                    || segment.vectors().bytes() != 4L * dimension * segment.count()
                    || segment.codes().bytes() != (long) axes * segment.count()
                    || segment.rows().bytes() < (long) Segment.ROW_BYTES * segment.count()
                    || segment.rows().bytes() > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("its segment " + segment.number() + " contradicts itself");
            }
            last = segment.number();
            rows += segment.count();
        }
        for (Deletion deletion : deletions) {
            if (deletion.count() < 1 || deletion.rows().bytes() != 4L * deletion.count()) {
                throw new IllegalArgumentException(
                        "its deletion from segment " + deletion.segment() + " contradicts itself");
            }
            rows -= deletion.count();
        }
        if (rows != count) {
            throw new IllegalArgumentException("its count " + count + " is not that of its segments, " + rows);
        }
    }

    static Manifest of(
            String name,
            int dimension,
            Metric metric,
            int written,
            ProjectionEntry projection,
            List<SegmentEntry> segments,
            List<Deletion> deletions) {
        long count = segments.stream().mapToLong(SegmentEntry::count).sum()
                - deletions.stream().mapToLong(Deletion::count).sum();
        return new Manifest(FORMAT, VERSION, name, dimension, metric, count, written, projection, segments, deletions);
    }

    static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(FILE));
    }

    static Manifest read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new ReferenceStoreException(
                    Reason.MISSING, "There is no reference collection in " + folder + ": build one there first.");
        }
        if (Files.size(file) > MAX_BYTES) {
            throw corrupt(file, "it is too large");
        }
        try {
            JsonNode tree = JSON.readTree(Files.readAllBytes(file));
            if (!tree.path("format").asText().equals(FORMAT)) {
                throw corrupt(file, "it is not of a reference collection");
            }
            if (tree.path("version").asInt() != VERSION) {
                throw new ReferenceStoreException(
                        Reason.UNKNOWN_FORMAT,
                        "The reference collection in " + folder + " has format version "
                                + tree.path("version").asText() + ", this Whence reads version " + VERSION
                                + ": build it again or use the Whence that wrote it.");
            }
            return JSON.treeToValue(tree, Manifest.class);
        } catch (JsonProcessingException e) {
            Throwable cause = e.getCause() instanceof IllegalArgumentException contradiction ? contradiction : e;
            throw corrupt(file, Objects.requireNonNullElse(cause.getMessage(), "it is malformed"));
        }
    }

    /** Replaces the manifest in one step that is on disk when this returns. */
    void write(Path folder) throws IOException {
        Path temporary = folder.resolve(TEMPORARY_FILE);
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes =
                    ByteBuffer.wrap(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        force(folder);
        Files.move(temporary, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        force(folder);
    }

    List<StoredFile> files() {
        return Stream.of(
                        Stream.of(projection.file()),
                        segments.stream().flatMap(segment -> segment.files().stream()),
                        deletions.stream().map(Deletion::rows))
                .flatMap(files -> files)
                .toList();
    }

    /** Makes the folder's entries durable. Windows can't open a folder and needs no such step. */
    private static void force(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static ReferenceStoreException corrupt(Path file, String how) {
        return new ReferenceStoreException(
                Reason.CORRUPT, "The manifest " + file + " can't be used, " + how + ": restore or rebuild it.");
    }
}
