package dev.whence.vectorstore;

import static dev.whence.vectorstore.ExactSearchTest.queries;
import static dev.whence.vectorstore.ExactSearchTest.uniform;
import static dev.whence.vectorstore.ExactSearchTest.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceCollection.Search;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedReferenceCollectionTest {
    private static final int DIMENSION = 8;

    @TempDir
    private Path folder;

    private List<ReferenceVector> vectors = List.of();
    private List<Query> queries = List.of();

    @BeforeEach
    void drawVectors() {
        Random random = new Random(1);
        vectors = vectors(100, i -> uniform(random, DIMENSION, 0, 1));
        queries = queries(5, i -> uniform(random, DIMENSION, 0, 1));
    }

    @Test
    void answersTheSameAfterItIsOpenedAgain() {
        List<List<String>> before;
        try (EmbeddedReferenceCollection collection = create()) {
            collection.add(vectors.subList(0, 60));
            collection.add(vectors.subList(60, 100));
            before = ids(collection.search(queries, Search.nearest(3)));
        }
        try (EmbeddedReferenceCollection collection = open()) {
            assertThat(collection.name()).isEqualTo("cifar10-RGB");
            assertThat(collection.dimension()).isEqualTo(DIMENSION);
            assertThat(collection.count()).isEqualTo(100);
            assertThat(ids(collection.search(queries, Search.nearest(3))))
                    .isEqualTo(before)
                    .isEqualTo(expected(100));
            collection.verify();
        }
    }

    @Test
    void anEmptyAdditionChangesNothing() {
        try (EmbeddedReferenceCollection collection = create()) {
            collection.add(List.of());
            assertThat(collection.count()).isZero();
        }
    }

    @Test
    void keepsIdsOfAnyScript() {
        try (EmbeddedReferenceCollection collection = create()) {
            String id = "архив.zip!/猫 \"1\".png";
            collection.add(List.of(new ReferenceVector(id, BruteForce.sha256(1), "", new float[DIMENSION])));
            assertThat(ids(collection.search(queries.subList(0, 1), Search.nearest(1))))
                    .containsExactly(List.of(id));
        }
    }

    @Test
    void compactionKeepsNeighboursAndLetsGoOfFiles() throws IOException {
        try (EmbeddedReferenceCollection collection = create()) {
            for (int from = 0; from < 100; from += 20) {
                collection.add(vectors.subList(from, from + 20));
            }
            List<String> withdrawn =
                    IntStream.range(50, 100).mapToObj(i -> "image-" + i).toList();
            assertThat(collection.delete(withdrawn)).isEqualTo(50);
            assertThat(ids(collection.search(queries, Search.nearest(3)))).isEqualTo(expected(50));
            collection.compact();
            assertThat(collection.count()).isEqualTo(50);
            assertThat(ids(collection.search(queries, Search.nearest(3)))).isEqualTo(expected(50));
            collection.verify();
            collection.add(vectors.subList(50, 100));
            assertThat(ids(collection.search(queries, Search.nearest(3)))).isEqualTo(expected(100));
        }
        try (EmbeddedReferenceCollection collection = open();
                Stream<Path> files = Files.list(folder)) {
            assertThat(ids(collection.search(queries, Search.nearest(3)))).isEqualTo(expected(100));
            assertThat(files.filter(file -> file.toString().endsWith(".f32"))).hasSize(3);
        }
    }

    @Test
    void aReaderGoesOnWhileAWriterCompactsAndSeesItWhenItChangesSomething() {
        try (EmbeddedReferenceCollection writer = create();
                EmbeddedReferenceCollection reader = open()) {
            writer.add(vectors.subList(0, 40));
            writer.add(vectors.subList(40, 80));
            try (EmbeddedReferenceCollection late = open()) {
                writer.compact();
                assertThat(ids(late.search(queries, Search.nearest(3)))).isEqualTo(expected(80));
                late.add(vectors.subList(80, 100));
                assertThat(ids(late.search(queries, Search.nearest(3)))).isEqualTo(expected(100));
            }
            assertThat(reader.count()).isZero();
        }
    }

    @Test
    void countsWhatASearchCost() {
        try (EmbeddedReferenceCollection collection = create()) {
            collection.add(vectors);
            collection.search(queries, Search.nearest(3));
            SearchStatistics statistics = collection.statistics();
            assertThat(statistics.queries()).isEqualTo(queries.size());
            assertThat(statistics.rowsScanned()).isEqualTo(100L * queries.size());
            assertThat(statistics.rowsMeasured()).isGreaterThanOrEqualTo(3L * queries.size());
            assertThat(statistics.bytesRead()).isPositive();
        }
    }

    @Test
    void losesOnlyTheAdditionThatACrashCutOffBeforeTheManifest() throws IOException {
        try (EmbeddedReferenceCollection collection = create()) {
            collection.add(vectors.subList(0, 50));
        }
        byte[] manifest = Files.readAllBytes(manifest());
        try (EmbeddedReferenceCollection collection = open()) {
            collection.add(vectors.subList(50, 80));
        }
        Files.write(manifest(), manifest);
        try (EmbeddedReferenceCollection collection = open()) {
            assertThat(ids(collection.search(queries, Search.nearest(3)))).isEqualTo(expected(50));
            collection.add(vectors.subList(50, 100));
            assertThat(ids(collection.search(queries, Search.nearest(3)))).isEqualTo(expected(100));
            collection.verify();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void losesOnlyTheAdditionWhoseFilesWereHalfWritten(int segments) throws IOException {
        try (EmbeddedReferenceCollection collection = create()) {
            for (int i = 0; i < segments; i++) {
                collection.add(vectors.subList(0, 50));
            }
        }
        Path half = folder.resolve("segment-00000" + (segments + 1) + ".f32");
        Path later = folder.resolve("segment-000009.rows");
        Files.write(half, new byte[333]);
        Files.write(later, new byte[7]);
        Files.write(folder.resolve("projection-00000" + (segments + 1) + ".f32"), new byte[3]);
        Files.writeString(folder.resolve("manifest.json.tmp"), "{\"format\": \"whe");
        try (EmbeddedReferenceCollection collection = open()) {
            assertThat(collection.count()).isEqualTo(50L * segments);
            collection.add(vectors.subList(50 * segments, 100));
            assertThat(ids(collection.search(queries, Search.nearest(3)))).isEqualTo(expected(100));
        }
        assertThat(later).doesNotExist();
        assertThat(folder.resolve("manifest.json.tmp")).doesNotExist();
    }

    @Test
    void leavesFilesOfOthersAlone() throws IOException {
        Path other = folder.resolve("thumbnails-000009.f32");
        try (EmbeddedReferenceCollection collection = create()) {
            Files.write(other, new byte[1]);
            collection.add(vectors);
        }
        assertThat(other).exists();
    }

    @Test
    void searchesDuringAdditionsSeeTheOldOrTheNewCollection() throws Exception {
        List<List<List<String>>> expected = IntStream.rangeClosed(0, 10)
                .mapToObj(segments -> expected(10 * segments))
                .toList();
        ExecutorService adder = Executors.newSingleThreadExecutor();
        try (EmbeddedReferenceCollection collection = create()) {
            Future<?> additions = adder.submit(() -> IntStream.range(0, 10)
                    .forEach(segment -> collection.add(vectors.subList(10 * segment, 10 * segment + 10))));
            boolean ended;
            do {
                ended = additions.isDone();
                int before = (int) collection.count() / 10;
                List<List<String>> seen = ids(collection.search(queries, Search.nearest(3)));
                int after = (int) collection.count() / 10;
                assertThat(expected.subList(before, after + 1)).contains(seen);
            } while (!ended);
            additions.get();
            assertThat(ids(collection.search(queries, Search.nearest(3)))).isEqualTo(expected.get(10));
        } finally {
            adder.shutdown();
        }
    }

    @Test
    void searchesOfManyThreadsDoNotDisturbEachOther() throws Exception {
        ExecutorService searchers = Executors.newFixedThreadPool(4);
        try (EmbeddedReferenceCollection collection = create()) {
            collection.add(vectors);
            List<Future<List<List<String>>>> searches = IntStream.range(0, 40)
                    .mapToObj(i -> searchers.submit(() -> ids(collection.search(queries, Search.nearest(3)))))
                    .toList();
            for (Future<List<List<String>>> search : searches) {
                assertThat(search.get()).isEqualTo(expected(100));
            }
        } finally {
            searchers.shutdown();
        }
    }

    @Test
    void seesAdditionsOfAnotherWriterWhenItAdds() {
        try (EmbeddedReferenceCollection first = create();
                EmbeddedReferenceCollection second = open()) {
            first.add(vectors.subList(0, 40));
            second.add(vectors.subList(40, 100));
            assertThat(ids(second.search(queries, Search.nearest(3)))).isEqualTo(expected(100));
            assertThat(ids(first.search(queries, Search.nearest(3)))).isEqualTo(expected(40));
            assertThatThrownBy(() -> first.add(vectors.subList(99, 100))).hasMessageContaining("'image-99'");
        }
    }

    @Test
    void refusesToAddWhileAnotherWriterDoes() throws IOException {
        try (EmbeddedReferenceCollection collection = create();
                FileChannel channel = FileChannel.open(
                        folder.resolve("writer.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertFails(Reason.BUSY, "Another writer", () -> collection.add(vectors));
            assertThat(collection.count()).isZero();
        }
    }

    @Test
    void rejectsVectorsThatDoNotFit() {
        String sha256 = BruteForce.sha256(1);
        float[] fitting = new float[DIMENSION];
        float[] infinite = {0, 0, Float.POSITIVE_INFINITY, 0, 0, 0, 0, 0};
        float[] notANumber = {0, 0, 0, 0, 0, 0, 0, Float.NaN};
        try (EmbeddedReferenceCollection collection = create()) {
            collection.add(vectors.subList(0, 10));
            assertRejected(
                    collection, new ReferenceVector("a", sha256, "", new float[7]), "dimension of the vector 'a' is 7");
            assertRejected(collection, new ReferenceVector("a", sha256, "", infinite), "Infinity");
            assertRejected(collection, new ReferenceVector("a", sha256, "", notANumber), "NaN");
            assertRejected(
                    collection,
                    new ReferenceVector("a", sha256.toUpperCase(Locale.ROOT) + "A", "", fitting),
                    "SHA-256");
            assertRejected(collection, new ReferenceVector("a", "", "", fitting), "SHA-256");
            assertRejected(collection, new ReferenceVector("", sha256, "", fitting), "0 bytes");
            assertRejected(collection, new ReferenceVector("é".repeat(513), sha256, "", fitting), "1026 bytes");
            assertRejected(collection, new ReferenceVector("image-3", sha256, "", fitting), "'image-3' is used twice");
            assertThatThrownBy(() -> collection.add(List.of(vectors.get(20), vectors.get(20))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'image-20' is used twice");
            assertThat(collection.count()).isEqualTo(10);
        }
        try (EmbeddedReferenceCollection collection = open()) {
            assertRejected(collection, new ReferenceVector("image-3", sha256, "", fitting), "'image-3' is used twice");
            collection.add(vectors.subList(10, 100));
            assertThat(ids(collection.search(queries, Search.nearest(3)))).isEqualTo(expected(100));
        }
    }

    @Test
    void rejectsSearchesThatDoNotFit() {
        try (EmbeddedReferenceCollection collection = create()) {
            assertThatThrownBy(() -> collection.search(queries, Search.nearest(0)))
                    .hasMessageContaining("0 neighbours");
            assertThatThrownBy(() -> collection.search(queries, Search.nearest(65)))
                    .hasMessageContaining("pass 1 to 64");
            assertThatThrownBy(() -> collection.search(List.of(new Query("", new float[DIMENSION])), Search.nearest(1)))
                    .hasMessageContaining("SHA-256");
            assertThatThrownBy(() -> collection.search(queries(1, i -> new float[9]), Search.nearest(1)))
                    .hasMessageContaining("dimension of a query is 9, that of the collection 8");
            assertThatThrownBy(() -> collection.search(
                            queries(1, i -> new float[] {0, 0, Float.NaN, 0, 0, 0, 0, 0}), Search.nearest(1)))
                    .hasMessageContaining("NaN");
        }
    }

    @Test
    void rejectsUseAfterClose() {
        EmbeddedReferenceCollection collection = create();
        collection.close();
        collection.close();
        assertThatThrownBy(() -> collection.search(queries, Search.nearest(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void rejectsImpossibleCollections() {
        assertThatThrownBy(() -> EmbeddedReferenceCollection.create(folder, "../a", 8, Metric.L2, 1))
                .hasMessageContaining("'../a'");
        assertThatThrownBy(() -> EmbeddedReferenceCollection.create(folder, "a", 0, Metric.L2, 1))
                .hasMessageContaining("0 components");
        create().close();
        assertFails(Reason.EXISTS, "already", this::create);
        assertThatThrownBy(() -> EmbeddedReferenceCollection.open(folder, 0)).hasMessageContaining("0 threads");
        assertFails(
                Reason.MISSING,
                "build one there first",
                () -> EmbeddedReferenceCollection.open(folder.resolve("none"), 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"segment-000001.f32", "segment-000001.codes", "segment-000001.rows", "projection-000001.f32"})
    void findsDamagedFiles(String name) throws IOException {
        try (EmbeddedReferenceCollection collection = create()) {
            collection.add(vectors);
        }
        Path file = folder.resolve(name);
        try (EmbeddedReferenceCollection collection = open();
                RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            collection.verify();
            damaged.seek(17);
            int read = damaged.read();
            damaged.seek(17);
            damaged.write(read ^ 4);
            assertFails(Reason.CORRUPT, name, collection::verify);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }
        assertFails(Reason.CORRUPT, "where the manifest says", this::open);
        Files.delete(file);
        assertFails(Reason.CORRUPT, "is missing", this::open);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"version\" : 2 | \"version\" : 1 | UNKNOWN_FORMAT | version 1",
                "\"version\" : 2 | \"version\" : null | UNKNOWN_FORMAT | reads version 2",
                "\"dimension\" : 8 | \"dimension\" : 9 | CORRUPT | projection contradicts",
                "\"dimension\" : 8 | \"dimension\" : -8 | CORRUPT | dimension -8",
                "\"count\" : 100 | \"count\" : 99 | CORRUPT | count 99",
                "\"number\" : 1 | \"number\" : 2 | CORRUPT | contradicts itself",
                "\"axes\" : | \"axes\" : 1 | CORRUPT | manifest.json",
                "whence-reference | other-reference | CORRUPT | not of a reference collection",
                "segment-000001.f32 | ../../../etc/passwd | CORRUPT | malformed",
                "\"metric\" | \"metrik\" | CORRUPT | 'metric'",
                "\"L2\" | \"IP\" | CORRUPT | IP",
                "\"segments\" | { | CORRUPT | manifest.json",
            })
    void rejectsManifestsThatAreNotItsOwn(String from, String to, Reason reason, String message) throws IOException {
        try (EmbeddedReferenceCollection collection = create()) {
            collection.add(vectors);
        }
        String manifest = Files.readString(manifest());
        assertThat(manifest).contains(from);
        Files.writeString(manifest(), manifest.replaceFirst(Pattern.quote(from), to));
        assertFails(reason, message, this::open);
    }

    private EmbeddedReferenceCollection create() {
        return EmbeddedReferenceCollection.create(folder, "cifar10-RGB", DIMENSION, Metric.L2, 2);
    }

    private EmbeddedReferenceCollection open() {
        return EmbeddedReferenceCollection.open(folder, 2);
    }

    private Path manifest() {
        return folder.resolve("manifest.json");
    }

    private List<List<String>> expected(int count) {
        return ids(queries.stream()
                .map(query -> BruteForce.search(vectors.subList(0, count), query, 3))
                .toList());
    }

    private static List<List<String>> ids(List<List<Neighbour>> answers) {
        return answers.stream()
                .map(neighbours -> neighbours.stream().map(Neighbour::id).toList())
                .toList();
    }

    private void assertRejected(EmbeddedReferenceCollection collection, ReferenceVector vector, String message) {
        assertThatThrownBy(() -> collection.add(Stream.concat(Stream.of(vectors.get(50)), Stream.of(vector))
                        .toList()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static void assertFails(Reason reason, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ReferenceStoreException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(message);
    }
}
