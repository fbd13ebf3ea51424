package dev.whence.vectorstore;

import dev.whence.vectorstore.Manifest.SegmentEntry;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The vectors of one addition: two files, mapped, never changed.
 *
 * <p>{@code segment-N.f32}: the vectors, float32 little-endian, row by row. {@code segment-N.rows}, column by column,
 * little-endian but for the SHA-256: squared norm of each vector minus the collection's centre (float64), norm of each
 * vector (float64), SHA-256 (32 bytes), end of its id in the id bytes (int64); then the ids in UTF-8.
 *
 * <p>A mapping stops at 2 GiB, so the vectors lie in several. Rows are handed out in {@linkplain Block blocks} that
 * never cross a mapping.
 */
final class Segment {
    static final int ROW_BYTES = 8 + 8 + Sha256.BYTES + 8;

    private static final int BLOCK_COMPONENTS = 1 << 22;
    private static final int MAX_BLOCK_ROWS = 4096;
    private static final int MIN_BLOCK_ROWS = 64;
    private static final long MAX_MAPPED_BYTES = 1L << 30;
    private static final int WRITE_BUFFER_BYTES = 1 << 20;

    private final long firstRow;
    private final int count;
    private final int dimension;
    private final int rowsPerMapping;
    private final List<FloatBuffer> vectors;
    private final DoubleBuffer centredSquaredNorms;
    private final DoubleBuffer norms;
    private final ByteBuffer sha256s;
    private final ByteBuffer idEnds;
    private final ByteBuffer ids;

    private Segment(
            long firstRow, int count, int dimension, int rowsPerMapping, List<FloatBuffer> vectors, ByteBuffer rows) {
        this.firstRow = firstRow;
        this.count = count;
        this.dimension = dimension;
        this.rowsPerMapping = rowsPerMapping;
        this.vectors = vectors;
        int column = 8 * count;
        this.centredSquaredNorms =
                rows.slice(0, column).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
        this.norms = rows.slice(column, column).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
        this.sha256s = rows.slice(2 * column, Sha256.BYTES * count);
        this.idEnds = rows.slice(2 * column + Sha256.BYTES * count, column).order(ByteOrder.LITTLE_ENDIAN);
        this.ids = rows.slice(ROW_BYTES * count, rows.capacity() - ROW_BYTES * count);
    }

    /**
     * Rows that go through one matrix multiplication.
     *
     * @param start first row in the segment
     * @param vectors rows x dimension
     */
    record Block(Segment segment, int start, int rows, FloatBuffer vectors) {}

    /** Maps the files of a segment. Reads none of them. */
    static Segment map(Path folder, SegmentEntry entry, int dimension, long firstRow) throws IOException {
        entry.vectors().checkLength(folder);
        entry.rows().checkLength(folder);
        int blockRows = blockRows(dimension);
        long rowBytes = 4L * dimension;
        int rowsPerMapping = Math.toIntExact(MAX_MAPPED_BYTES / (rowBytes * blockRows) * blockRows);
        List<FloatBuffer> vectors = new ArrayList<>();
        try (FileChannel channel =
                FileChannel.open(folder.resolve(entry.vectors().name()), StandardOpenOption.READ)) {
            for (long row = 0; row < entry.count(); row += rowsPerMapping) {
                long rows = Math.min(rowsPerMapping, entry.count() - row);
                vectors.add(channel.map(MapMode.READ_ONLY, row * rowBytes, rows * rowBytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer());
            }
        }
        try (FileChannel channel = FileChannel.open(folder.resolve(entry.rows().name()), StandardOpenOption.READ)) {
            ByteBuffer rows = channel.map(MapMode.READ_ONLY, 0, entry.rows().bytes());
            return new Segment(firstRow, entry.count(), dimension, rowsPerMapping, vectors, rows);
        }
    }

    /** Writes the files of a segment and forces them to disk. The vectors have been validated. */
    static SegmentEntry write(Path folder, int number, List<ReferenceVector> vectors, float[] centre)
            throws IOException {
        return new SegmentEntry(
                number,
                vectors.size(),
                writeVectors(folder, "segment-%06d.f32".formatted(number), vectors),
                writeRows(folder, "segment-%06d.rows".formatted(number), vectors, centre));
    }

    private static StoredFile writeVectors(Path folder, String name, List<ReferenceVector> vectors) throws IOException {
        try (StoredFile.Writer file = new StoredFile.Writer(folder, name)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(WRITE_BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (ReferenceVector vector : vectors) {
                float[] components = vector.vector();
                for (int from = 0; from < components.length; ) {
                    int length = Math.min(components.length - from, buffer.remaining() / 4);
                    buffer.asFloatBuffer().put(components, from, length);
                    buffer.position(buffer.position() + 4 * length);
                    from += length;
                    if (buffer.remaining() < 4) {
                        file.write(buffer);
                    }
                }
            }
            file.write(buffer);
            return file.finish();
        }
    }

    private static StoredFile writeRows(Path folder, String name, List<ReferenceVector> vectors, float[] centre)
            throws IOException {
        List<byte[]> ids = vectors.stream()
                .map(vector -> vector.id().getBytes(StandardCharsets.UTF_8))
                .toList();
        long idBytes = ids.stream().mapToLong(id -> id.length).sum();
        int size = Math.toIntExact((long) ROW_BYTES * vectors.size() + idBytes);
        ByteBuffer rows = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        float[] origin = new float[centre.length];
        for (ReferenceVector vector : vectors) {
            rows.putDouble(Distances.squared(vector.vector(), centre));
        }
        for (ReferenceVector vector : vectors) {
            rows.putDouble(Math.sqrt(Distances.squared(vector.vector(), origin)));
        }
        rows.order(ByteOrder.BIG_ENDIAN);
        for (ReferenceVector vector : vectors) {
            Sha256.parse(vector.sha256(), vector.id()).putInto(rows);
        }
        rows.order(ByteOrder.LITTLE_ENDIAN);
        long end = 0;
        for (byte[] id : ids) {
            end += id.length;
            rows.putLong(end);
        }
        ids.forEach(rows::put);
        try (StoredFile.Writer file = new StoredFile.Writer(folder, name)) {
            file.write(rows);
            return file.finish();
        }
    }

    private static int blockRows(int dimension) {
        return Math.max(MIN_BLOCK_ROWS, Math.min(MAX_BLOCK_ROWS, BLOCK_COMPONENTS / dimension));
    }

    long firstRow() {
        return firstRow;
    }

    int count() {
        return count;
    }

    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        int blockRows = blockRows(dimension);
        for (int start = 0; start < count; start += blockRows) {
            int rows = Math.min(blockRows, count - start);
            FloatBuffer mapping = vectors.get(start / rowsPerMapping);
            blocks.add(
                    new Block(this, start, rows, mapping.slice(start % rowsPerMapping * dimension, rows * dimension)));
        }
        return blocks;
    }

    /** Copies the vector of a row into an array of the collection's dimension. */
    void readVector(int row, float[] into) {
        vectors.get(row / rowsPerMapping).get(row % rowsPerMapping * dimension, into);
    }

    double centredSquaredNorm(int row) {
        return centredSquaredNorms.get(row);
    }

    double norm(int row) {
        return norms.get(row);
    }

    boolean hasSha256(int row, Sha256 sha256) {
        return sha256.isAt(sha256s, row * Sha256.BYTES);
    }

    /** @throws ReferenceStoreException if the table of ids is damaged */
    String id(int row) {
        long start = row == 0 ? 0 : idEnds.getLong(8 * (row - 1));
        long end = idEnds.getLong(8 * row);
        if (start < 0 || end < start || end > ids.capacity()) {
            throw new ReferenceStoreException(
                    Reason.CORRUPT,
                    "The ids of a reference collection are damaged at row " + (firstRow + row)
                            + ": restore or rebuild it.");
        }
        byte[] id = new byte[(int) (end - start)];
        ids.get((int) start, id);
        return new String(id, StandardCharsets.UTF_8);
    }
}
