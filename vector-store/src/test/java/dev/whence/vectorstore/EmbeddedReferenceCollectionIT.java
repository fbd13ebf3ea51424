package dev.whence.vectorstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.vectorstore.Manifest.ProjectionEntry;
import dev.whence.vectorstore.Manifest.SegmentEntry;
import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceCollection.Search;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedReferenceCollectionIT {
    private static final int SEGMENT = 200;
    private static final int DIMENSION = 2048;

    @TempDir
    private Path folder;

    @RepeatedTest(3)
    void keepsEveryFinishedAdditionOfAKilledProcess() throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long finished = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            while (finished < 5L * SEGMENT) {
                finished = Long.parseLong(lines.readLine());
            }
            writer.destroyForcibly().waitFor();
        }
        try (EmbeddedReferenceCollection collection = EmbeddedReferenceCollection.open(folder, 1)) {
            collection.verify();
            long count = collection.count();
            assertThat(count % SEGMENT).isZero();
            assertThat(count).isGreaterThanOrEqualTo(finished);
            collection.add(Writer.segment((int) count));
            Query last = new Query(BruteForce.sha256(-1), Writer.vector((int) count + SEGMENT - 1));
            Neighbour nearest =
                    collection.search(List.of(last), Search.nearest(1)).get(0).get(0);
            assertThat(nearest.id()).isEqualTo("image-" + (count + SEGMENT - 1));
            assertThat(nearest.distance()).isZero();
        }
    }

    /** Adds segments until it is killed and prints the count after each. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            try (EmbeddedReferenceCollection collection =
                    EmbeddedReferenceCollection.create(Path.of(arguments[0]), "killed", DIMENSION, Metric.L2, 1)) {
                while (true) {
                    collection.add(segment((int) collection.count()));
                    System.out.println(collection.count());
                }
            }
        }

        static List<ReferenceVector> segment(int from) {
            return IntStream.range(from, from + SEGMENT)
                    .mapToObj(i -> new ReferenceVector("image-" + i, BruteForce.sha256(i), "", vector(i)))
                    .toList();
        }

        static float[] vector(int number) {
            float[] vector = new float[DIMENSION];
            vector[number % DIMENSION] = 1 + number;
            return vector;
        }
    }

    @Test
    void searchesASegmentLargerThanOneMapping() throws IOException {
        int dimension = 1 << 20;
        int count = 520;
        int marked = 519;
        EmbeddedReferenceCollection.create(folder, "sparse", dimension, Metric.L2, 1)
                .close();
        long bytes = 4L * dimension * count;
        try (RandomAccessFile sparse =
                new RandomAccessFile(folder.resolve("segment-000001.f32").toFile(), "rw")) {
            sparse.setLength(bytes);
            sparse.seek(4L * dimension * marked);
            sparse.write(new byte[] {0, 0, 0x40, 0x40});
        }
        StoredFile vectors = new StoredFile("segment-000001.f32", bytes, BruteForce.sha256(0));
        float[] axis = new float[dimension];
        axis[0] = 1;
        ProjectionEntry projection = SearchProjection.write(folder, 1, new float[dimension], new float[][] {axis}, 0);
        byte[] codes = new byte[count];
        codes[marked] = 100;
        Manifest.of(
                        "sparse",
                        dimension,
                        Metric.L2,
                        1,
                        projection,
                        List.of(new SegmentEntry(
                                1, count, List.of(""), vectors, write("codes", codes), rows(count, marked))),
                        List.of())
                .write(folder);
        float[] query = new float[dimension];
        query[0] = 2;
        try (EmbeddedReferenceCollection collection = EmbeddedReferenceCollection.open(folder, 2)) {
            List<Neighbour> neighbours = collection
                    .search(List.of(new Query(BruteForce.sha256(1), query)), Search.nearest(2))
                    .get(0);
            assertThat(neighbours.stream().map(Neighbour::id)).containsExactly("519", "0");
            assertThat(neighbours.stream().map(Neighbour::distance)).containsExactly(1.0, 2.0);
            assertThat(neighbours.get(0).vector()[0]).isEqualTo(3);
        }
    }

    /** The rows file of zero vectors but for the marked one, whose only component is 3. */
    private StoredFile rows(int count, int marked) throws IOException {
        ByteBuffer rows = ByteBuffer.allocate(110 * count).order(ByteOrder.LITTLE_ENDIAN);
        double[] columns = {9, 3, 0.03, 3, 0, 0, 100};
        for (int column = 0; column < columns.length; column++) {
            rows.putDouble(8 * (column * count + marked), columns[column]);
        }
        rows.position((56 + 32 + 4) * count);
        byte[][] ids = IntStream.range(0, count)
                .mapToObj(i -> Integer.toString(i).getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        long end = 0;
        for (byte[] id : ids) {
            end += id.length;
            rows.putLong(end);
        }
        for (byte[] id : ids) {
            rows.put(id);
        }
        rows.flip();
        byte[] bytes = new byte[rows.remaining()];
        rows.get(bytes);
        return write("rows", bytes);
    }

    private StoredFile write(String extension, byte[] content) throws IOException {
        try (StoredFile.Writer file = new StoredFile.Writer(folder, "segment-000001." + extension)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            file.write(bytes.position(bytes.limit()));
            return file.finish();
        }
    }
}
