package dev.whence.vectorstore;

import dev.whence.vectorstore.Manifest.SegmentEntry;
import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.Segment.Column;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes the files of a segment, vector by vector, and forces them to disk. The vectors have been validated. */
final class SegmentWriter implements AutoCloseable {
    private static final int MAX_STEP = 127;
    private static final int BATCH_COMPONENTS = 1 << 20;
    private static final int WRITE_BUFFER_BYTES = 1 << 20;

    private final Path folder;
    private final int number;
    private final SearchProjection projection;
    private final Metric metric;
    private final MatrixProduct floats;
    private final int batchRows;
    private final StoredFile.Writer vectorFile;
    private final StoredFile.Writer codeFile;
    private final ByteBuffer vectorBuffer =
            ByteBuffer.allocateDirect(WRITE_BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final List<ReferenceVector> batch = new ArrayList<>();
    private final List<byte[]> block = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<String> dataSets = new ArrayList<>();

    private record Row(double[] values, Sha256 sha256, int dataSet, byte[] id) {}

    SegmentWriter(Path folder, int number, SearchProjection projection, Metric metric, MatrixProduct floats)
            throws IOException {
        this.folder = folder;
        this.number = number;
        this.projection = projection;
        this.metric = metric;
        this.floats = floats;
        this.batchRows = Math.max(1, Math.min(256, BATCH_COMPONENTS / projection.dimension()));
        this.vectorFile = new StoredFile.Writer(folder, name("f32"));
        this.codeFile = new StoredFile.Writer(folder, name("codes"));
    }

    void add(ReferenceVector vector) throws IOException {
        batch.add(vector);
        if (batch.size() == batchRows) {
            encodeBatch();
        }
    }

    int count() {
        return rows.size() + batch.size();
    }

    SegmentEntry finish() throws IOException {
        encodeBatch();
        writeBlock();
        vectorFile.write(vectorBuffer);
        return new SegmentEntry(
                number, rows.size(), List.copyOf(dataSets), vectorFile.finish(), codeFile.finish(), writeRows());
    }

    @Override
    public void close() {
        vectorFile.close();
        codeFile.close();
    }

    private String name(String extension) {
        return "segment-%06d.%s".formatted(number, extension);
    }

    private void encodeBatch() throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        double[][] offsets = new double[batch.size()][];
        double[] norms = new double[batch.size()];
        for (int i = 0; i < offsets.length; i++) {
            float[] vector = batch.get(i).vector();
            norms[i] = Distances.length(vector);
            offsets[i] = projection.offset(Distances.scaled(vector, metric == Metric.L2 ? 1 : 1 / norms[i]));
            writeVector(vector);
        }
        double[][] coordinates = projection.project(offsets, floats);
        for (int i = 0; i < offsets.length; i++) {
            double squaredLength = Distances.squaredLength(offsets[i]);
            Code code = Code.of(coordinates[i], squaredLength, MAX_STEP, projection);
            rows.add(row(batch.get(i), squaredLength, norms[i], code));
            block.add(code.steps());
            if (block.size() == Segment.CODE_BLOCK_ROWS) {
                writeBlock();
            }
        }
        batch.clear();
    }

    private Row row(ReferenceVector vector, double squaredLength, double norm, Code code) {
        double[] values = new double[Column.COUNT];
        values[Column.SQUARED_OFFSET] = squaredLength;
        values[Column.NORM] = norm;
        values[Column.SCALE] = code.scale();
        values[Column.LENGTH] = code.length();
        values[Column.ERROR] = code.error();
        values[Column.REST] = code.rest();
        for (byte step : code.steps()) {
            values[Column.SUM] += step;
        }
        int dataSet = dataSets.indexOf(vector.dataSet());
        if (dataSet < 0) {
            dataSet = dataSets.size();
            dataSets.add(vector.dataSet());
        }
        return new Row(
                values,
                Sha256.parse(vector.sha256(), vector.id()),
                dataSet,
                vector.id().getBytes(StandardCharsets.UTF_8));
    }

    private void writeVector(float[] vector) throws IOException {
        for (int from = 0; from < vector.length; ) {
            int length = Math.min(vector.length - from, vectorBuffer.remaining() / 4);
            vectorBuffer.asFloatBuffer().put(vector, from, length);
            vectorBuffer.position(vectorBuffer.position() + 4 * length);
            from += length;
            if (vectorBuffer.remaining() < 4) {
                vectorFile.write(vectorBuffer);
            }
        }
    }

    /** Axis by axis, as the product wants its right operand. */
    private void writeBlock() throws IOException {
        ByteBuffer axisByAxis = ByteBuffer.allocate(block.size() * projection.axes());
        for (int axis = 0; axis < projection.axes(); axis++) {
            for (byte[] steps : block) {
                axisByAxis.put(steps[axis]);
            }
        }
        codeFile.write(axisByAxis);
        block.clear();
    }

    private StoredFile writeRows() throws IOException {
        ByteBuffer fixed = ByteBuffer.allocate(Math.multiplyExact(Segment.ROW_BYTES, rows.size()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int column = 0; column < Column.COUNT; column++) {
            for (Row row : rows) {
                fixed.putDouble(row.values()[column]);
            }
        }
        fixed.order(ByteOrder.BIG_ENDIAN);
        rows.forEach(row -> row.sha256().putInto(fixed));
        fixed.order(ByteOrder.LITTLE_ENDIAN);
        rows.forEach(row -> fixed.putInt(row.dataSet()));
        ByteArrayOutputStream ids = new ByteArrayOutputStream();
        for (Row row : rows) {
            ids.writeBytes(row.id());
            fixed.putLong(ids.size());
        }
        try (StoredFile.Writer file = new StoredFile.Writer(folder, name("rows"))) {
            file.write(fixed);
            ByteBuffer idBytes = ByteBuffer.wrap(ids.toByteArray());
            file.write(idBytes.position(idBytes.limit()));
            return file.finish();
        }
    }
}
