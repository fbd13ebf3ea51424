package dev.whence.vectorstore;

import dev.whence.vectorstore.Manifest.ProjectionEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The space of fewer dimensions that a search looks in first: coordinates c = P v of a vector's offset v from the
 * collection's centre, where the rows of P are orthonormal axes.
 *
 * <p>No projection lengthens a difference, and what it leaves out is bounded by its length, so inner products, and with
 * them distances, can be bounded from the coordinates alone: see {@link Code}.
 *
 * <p>On disk: the centre (dimension float32), then P cut into chunks of {@value #CHUNK} columns, each chunk row by row,
 * the last one padded with zeros; float32, little-endian. Products of short chunks round less than one of whole rows,
 * and by a bound that holds on every machine: each is off by gamma(chunk) |P_j||v| (Higham 2002, section 3.1), their sum
 * in double precision by no more.
 */
final class SearchProjection {
    static final int CHUNK = 256;

    private static final int TILE = 16;
    private static final int WRITE_BUFFER_FLOATS = 1 << 16;

    private final int dimension;
    private final int axes;
    private final double deviation;
    private final float[] centre;
    private final FloatBuffer chunks;

    private SearchProjection(int dimension, int axes, double deviation, float[] centre, FloatBuffer chunks) {
        this.dimension = dimension;
        this.axes = axes;
        this.deviation = deviation;
        this.centre = centre;
        this.chunks = chunks;
    }

    /** Maps the file and reads the centre. */
    static SearchProjection map(Path folder, ProjectionEntry entry, int dimension) throws IOException {
        entry.file().checkLength(folder);
        try (FileChannel channel = FileChannel.open(folder.resolve(entry.file().name()), StandardOpenOption.READ)) {
            FloatBuffer file = channel.map(MapMode.READ_ONLY, 0, entry.file().bytes())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            float[] centre = new float[dimension];
            file.get(0, centre);
            FloatBuffer chunks = file.slice(dimension, file.capacity() - dimension);
            return new SearchProjection(dimension, entry.axes(), entry.deviation(), centre, chunks);
        }
    }

    /** @param axes orthonormal rows, each of the centre's dimension */
    static ProjectionEntry write(Path folder, int number, float[] centre, float[][] axes, double deviation)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4 * WRITE_BUFFER_FLOATS).order(ByteOrder.LITTLE_ENDIAN);
        try (StoredFile.Writer file = new StoredFile.Writer(folder, "projection-%06d.f32".formatted(number))) {
            for (float component : centre) {
                put(component, buffer, file);
            }
            for (int chunk = 0; chunk < chunkCount(centre.length); chunk++) {
                for (float[] axis : axes) {
                    int from = chunk * chunkWidth(centre.length);
                    for (int i = from; i < from + chunkWidth(centre.length); i++) {
                        put(i < axis.length ? axis[i] : 0, buffer, file);
                    }
                }
            }
            file.write(buffer);
            return new ProjectionEntry(axes.length, deviation, file.finish());
        }
    }

    private static void put(float component, ByteBuffer buffer, StoredFile.Writer file) throws IOException {
        if (!buffer.hasRemaining()) {
            file.write(buffer);
        }
        buffer.putFloat(component);
    }

    static long fileBytes(int dimension, int axes) {
        return 4L * dimension + 4L * axes * chunkCount(dimension) * chunkWidth(dimension);
    }

    private static int chunkWidth(int dimension) {
        return Math.min(CHUNK, dimension);
    }

    private static int chunkCount(int dimension) {
        return (dimension + CHUNK - 1) / CHUNK;
    }

    int dimension() {
        return dimension;
    }

    /** Number of coordinates; 0 only while the collection has never held a vector. */
    int axes() {
        return axes;
    }

    float[] centre() {
        return centre;
    }

    /** At least the spectral norm of P P^T - I. */
    double deviation() {
        return deviation;
    }

    /** The offset of a vector from the centre; of cosine collections, of the vector at unit length. */
    double[] offset(double[] vector) {
        double[] offset = new double[dimension];
        for (int i = 0; i < dimension; i++) {
            offset[i] = vector[i] - centre[i];
        }
        return offset;
    }

    /** @return the coordinates of every offset */
    double[][] project(double[][] offsets, MatrixProduct floats) {
        int count = offsets.length;
        int width = chunkWidth(dimension);
        int chunkCount = chunkCount(dimension);
        FloatBuffer right =
                MatrixProduct.direct(chunkCount * width * count, Float.BYTES).asFloatBuffer();
        float[] tile = new float[TILE * count];
        for (int from = 0; from < dimension; from += TILE) {
            int components = Math.min(TILE, dimension - from);
            for (int vector = 0; vector < count; vector++) {
                for (int i = 0; i < components; i++) {
                    tile[i * count + vector] = (float) offsets[vector][from + i];
                }
            }
            right.put(from * count, tile, 0, components * count);
        }
        float[] part = new float[count];
        FloatBuffer products = floats.multiply(
                chunks, new long[] {chunkCount, axes, width}, right, new long[] {chunkCount, width, count});
        double[][] coordinates = new double[count][axes];
        double[] sums = new double[count];
        for (int axis = 0; axis < axes; axis++) {
            Arrays.fill(sums, 0);
            for (int chunk = 0; chunk < chunkCount; chunk++) {
                products.get((chunk * axes + axis) * count, part);
                for (int vector = 0; vector < count; vector++) {
                    sums[vector] += part[vector];
                }
            }
            for (int vector = 0; vector < count; vector++) {
                coordinates[vector][axis] = sums[vector];
            }
        }
        return coordinates;
    }

    /** How far the computed coordinates of an offset of this length can be from P v, at most. */
    double coordinateError(double length) {
        double perAxis = Rounding.gamma(CHUNK + 2, Rounding.SINGLE) + Rounding.gamma(2L * dimension, Rounding.DOUBLE);
        return Math.sqrt(axes * (1 + deviation)) * (perAxis * length + dimension * 0x1p-124);
    }
}
