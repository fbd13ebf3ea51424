package dev.whence.vectorstore;

import dev.whence.vectorstore.Manifest.SegmentEntry;
import dev.whence.vectorstore.ReferenceCollection.Metric;
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
import java.util.HexFormat;
import java.util.List;

/**
 * The vectors of one addition: three files, mapped, never changed.
 *
 * <ul>
 *   <li>{@code segment-N.f32}: the vectors, float32 little-endian, row by row.
 *   <li>{@code segment-N.codes}: their {@linkplain Code codes}, int8, in blocks of {@value #CODE_BLOCK_ROWS} rows, each
 *       axes x rows, as the first pass multiplies them.
 *   <li>{@code segment-N.rows}: what else is known of each row, column by column, little-endian but for the SHA-256: see
 *       {@link Column}, then SHA-256 (32 bytes), data set (int32, index into the manifest's list), end of its id in the id
 *       bytes (int64); then the ids in UTF-8.
 * </ul>
 *
 * <p>A mapping stops at 2 GiB, so vectors and codes lie in several. Rows are handed out in blocks that never cross one.
 */
final class Segment {
    static final int CODE_BLOCK_ROWS = 4096;
    static final int ROW_BYTES = 8 * Column.COUNT + Sha256.BYTES + 4 + 8;

    private static final int BLOCK_COMPONENTS = 1 << 22;
    private static final int MAX_BLOCK_ROWS = 4096;
    private static final int MIN_BLOCK_ROWS = 64;
    private static final long MAX_MAPPED_BYTES = 1L << 30;

    private final SegmentEntry entry;
    private final long firstRow;
    private final int dimension;
    private final Metric metric;
    private final Mapped vectors;
    private final Mapped codes;
    private final DoubleBuffer[] columns;
    private final ByteBuffer sha256s;
    private final ByteBuffer dataSets;
    private final ByteBuffer idEnds;
    private final ByteBuffer ids;

    /** What bounds are computed from, each float64. */
    static final class Column {
        /** |v|^2, v being the vector's offset from the centre. */
        static final int SQUARED_OFFSET = 0;
        /** Length of the vector itself. */
        static final int NORM = 1;
        /** Of its {@link Code}, like what follows. */
        static final int SCALE = 2;

        static final int LENGTH = 3;
        static final int ERROR = 4;
        static final int REST = 5;
        /** Sum of the code's steps. */
        static final int SUM = 6;

        static final int COUNT = 7;

        private Column() {}
    }

    private Segment(
            SegmentEntry entry,
            long firstRow,
            int dimension,
            Metric metric,
            Mapped vectors,
            Mapped codes,
            ByteBuffer rows) {
        this.entry = entry;
        this.firstRow = firstRow;
        this.dimension = dimension;
        this.metric = metric;
        this.vectors = vectors;
        this.codes = codes;
        int count = entry.count();
        this.columns = new DoubleBuffer[Column.COUNT];
        int from = 0;
        for (int column = 0; column < columns.length; column++, from += 8 * count) {
            columns[column] =
                    rows.slice(from, 8 * count).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
        }
        this.sha256s = rows.slice(from, Sha256.BYTES * count);
        from += Sha256.BYTES * count;
        this.dataSets = rows.slice(from, 4 * count).order(ByteOrder.LITTLE_ENDIAN);
        from += 4 * count;
        this.idEnds = rows.slice(from, 8 * count).order(ByteOrder.LITTLE_ENDIAN);
        this.ids = rows.slice(ROW_BYTES * count, rows.capacity() - ROW_BYTES * count);
    }

    /** Rows of a file in several mappings, none of which cuts a block. */
    private record Mapped(List<ByteBuffer> parts, int rowsPerPart, int rowBytes) {
        static Mapped of(Path file, int count, int rowBytes, int blockRows) throws IOException {
            int rowsPerPart =
                    Math.toIntExact(Math.max(1, MAX_MAPPED_BYTES / ((long) rowBytes * blockRows)) * blockRows);
            List<ByteBuffer> parts = new ArrayList<>();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                for (long row = 0; row < count; row += rowsPerPart) {
                    long rows = Math.min(rowsPerPart, count - row);
                    parts.add(channel.map(MapMode.READ_ONLY, row * rowBytes, rows * rowBytes)
                            .order(ByteOrder.LITTLE_ENDIAN));
                }
            }
            return new Mapped(parts, rowsPerPart, rowBytes);
        }

        ByteBuffer slice(int start, int rows) {
            return parts.get(start / rowsPerPart)
                    .slice(start % rowsPerPart * rowBytes, rows * rowBytes)
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /**
     * Rows that go through one matrix multiplication.
     *
     * @param start first row in the segment
     */
    record Block(Segment segment, int start, int rows) {
        /** rows x dimension */
        FloatBuffer vectors() {
            return segment.vectors.slice(start, rows).asFloatBuffer();
        }

        /** axes x rows */
        ByteBuffer codes() {
            return segment.codes.slice(start, rows);
        }

        /** Copies what is known of the block's rows. */
        void read(int column, double[] into) {
            segment.columns[column].get(start, into, 0, rows);
        }
    }

    /** Maps the files of a segment. Reads none of them. */
    static Segment map(Path folder, SegmentEntry entry, int dimension, int axes, Metric metric, long firstRow)
            throws IOException {
        for (StoredFile file : entry.files()) {
            file.checkLength(folder);
        }
        Mapped vectors = Mapped.of(
                folder.resolve(entry.vectors().name()), entry.count(), 4 * dimension, plainBlockRows(dimension));
        Mapped codes =
                Mapped.of(folder.resolve(entry.codes().name()), entry.count(), Math.max(1, axes), CODE_BLOCK_ROWS);
        try (FileChannel channel = FileChannel.open(folder.resolve(entry.rows().name()), StandardOpenOption.READ)) {
            ByteBuffer rows = channel.map(MapMode.READ_ONLY, 0, entry.rows().bytes());
            return new Segment(entry, firstRow, dimension, metric, vectors, codes, rows);
        }
    }

    private static int plainBlockRows(int dimension) {
        return Math.max(MIN_BLOCK_ROWS, Math.min(MAX_BLOCK_ROWS, BLOCK_COMPONENTS / dimension));
    }

    /** The same mappings where the segment stands after other segments. */
    Segment startingAt(long row) {
        return row == firstRow ? this : new Segment(this, row);
    }

    private Segment(Segment other, long firstRow) {
        this.entry = other.entry;
        this.firstRow = firstRow;
        this.dimension = other.dimension;
        this.metric = other.metric;
        this.vectors = other.vectors;
        this.codes = other.codes;
        this.columns = other.columns;
        this.sha256s = other.sha256s;
        this.dataSets = other.dataSets;
        this.idEnds = other.idEnds;
        this.ids = other.ids;
    }

    SegmentEntry entry() {
        return entry;
    }

    long firstRow() {
        return firstRow;
    }

    int count() {
        return entry.count();
    }

    /** Blocks of the first pass. */
    List<Block> codeBlocks() {
        return blocks(CODE_BLOCK_ROWS);
    }

    /** Blocks of the second pass. */
    List<Block> plainBlocks() {
        return blocks(plainBlockRows(dimension));
    }

    private List<Block> blocks(int blockRows) {
        List<Block> blocks = new ArrayList<>();
        for (int start = 0; start < count(); start += blockRows) {
            blocks.add(new Block(this, start, Math.min(blockRows, count() - start)));
        }
        return blocks;
    }

    /** The vector of a row, where it lies. */
    FloatBuffer vector(int row) {
        return vectors.slice(row, 1).asFloatBuffer();
    }

    /** Copies the vector of a row into an array of the collection's dimension. */
    void readVector(int row, float[] into) {
        vector(row).get(0, into);
    }

    double value(int column, int row) {
        return columns[column].get(row);
    }

    /** What the row's vector is multiplied with in a distance. */
    double scale(int row) {
        return metric == Metric.L2 ? 1 : 1 / value(Column.NORM, row);
    }

    boolean hasSha256(int row, Sha256 sha256) {
        return sha256.isAt(sha256s, row * Sha256.BYTES);
    }

    /** Index of the row's data set in the manifest's list. */
    int dataSet(int row) {
        return dataSets.getInt(4 * row);
    }

    /** @throws ReferenceStoreException if the table of ids is damaged */
    String id(int row) {
        long start = row == 0 ? 0 : idEnds.getLong(8 * (row - 1));
        long end = idEnds.getLong(8 * row);
        if (start < 0 || end < start || end > ids.capacity()) {
            throw damaged("ids", row);
        }
        byte[] id = new byte[(int) (end - start)];
        ids.get((int) start, id);
        return new String(id, StandardCharsets.UTF_8);
    }

    /** @throws ReferenceStoreException if the row is damaged */
    ReferenceVector read(int row) {
        int dataSet = dataSet(row);
        if (dataSet < 0 || dataSet >= entry.dataSets().size()) {
            throw damaged("data sets", row);
        }
        byte[] sha256 = new byte[Sha256.BYTES];
        sha256s.get(row * Sha256.BYTES, sha256);
        float[] vector = new float[dimension];
        readVector(row, vector);
        return new ReferenceVector(
                id(row), HexFormat.of().formatHex(sha256), entry.dataSets().get(dataSet), vector);
    }

    private ReferenceStoreException damaged(String what, int row) {
        return new ReferenceStoreException(
                Reason.CORRUPT,
                "The " + what + " of a reference collection are damaged at row " + (firstRow + row)
                        + ": restore or rebuild it.");
    }
}
