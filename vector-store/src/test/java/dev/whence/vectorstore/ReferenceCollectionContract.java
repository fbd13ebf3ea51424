package dev.whence.vectorstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceCollection.Search;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the port promises, of an engine that finds every neighbour. Truth is a brute force of the test's own. */
public abstract class ReferenceCollectionContract {
    private static final int DIMENSION = 24;
    private static final String NOBODY = "f".repeat(64);
    /** Left and right by each rule an engine could quote or cut text by. */
    private static final List<String> HOSTILE = List.of(
            "' or id != '",
            "\" or id != \"",
            "\\",
            "\\\"",
            "a\\u0041",
            "%d{{}}${x}",
            "архив.zip!/猫 \"1\".png",
            "😀𝒳",
            "tab\tline\nreturn\r",
            " leading and trailing ",
            "x' || true || '",
            "]",
            "é".repeat(512));

    /** A new empty collection. */
    protected abstract ReferenceCollection create(int dimension, Metric metric);

    /** What {@link #create} made, opened once more from where it is kept. */
    protected abstract ReferenceCollection reopen(ReferenceCollection created);

    /** Opens what does not exist. */
    protected abstract ReferenceCollection openMissing();

    protected static List<ReferenceVector> draw(int count, int dimension, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> new ReferenceVector(
                        "image-" + i, BruteForce.sha256(i), "set-" + i % 3, vector(random, dimension)))
                .toList();
    }

    private static List<Query> drawQueries(int count, int dimension, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> new Query(NOBODY, vector(random, dimension)))
                .toList();
    }

    private static float[] vector(Random random, int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) (3 + random.nextGaussian());
        }
        return vector;
    }

    private static double distance(Metric metric, float[] a, float[] b) {
        if (metric == Metric.L2) {
            return BruteForce.distance(a, b);
        }
        float[] origin = new float[a.length];
        double product = 0;
        for (int i = a.length - 1; i >= 0; i--) {
            product = Math.fma(a[i], b[i], product);
        }
        return 1 - product / BruteForce.distance(a, origin) / BruteForce.distance(b, origin);
    }

    private static List<Neighbour> truth(List<ReferenceVector> vectors, Metric metric, Query query, Search asked) {
        return vectors.stream()
                .filter(vector -> !vector.sha256().equals(query.sha256()))
                .filter(vector -> asked.dataSet() == null || vector.dataSet().equals(asked.dataSet()))
                .map(vector ->
                        new Neighbour(vector.id(), distance(metric, query.vector(), vector.vector()), vector.vector()))
                .filter(neighbour -> neighbour.distance() > asked.fartherThan())
                .sorted(Comparator.comparingDouble(Neighbour::distance))
                .limit(asked.k())
                .toList();
    }

    private static void assertAnswers(
            ReferenceCollection collection, List<ReferenceVector> vectors, List<Query> queries, Search asked) {
        List<List<Neighbour>> answers = collection.search(queries, asked);
        assertThat(answers).hasSize(queries.size());
        for (int query = 0; query < queries.size(); query++) {
            List<Neighbour> truth = truth(vectors, collection.metric(), queries.get(query), asked);
            assertThat(ids(answers.get(query))).isEqualTo(ids(truth));
            for (int i = 0; i < truth.size(); i++) {
                Neighbour neighbour = answers.get(query).get(i);
                assertThat(neighbour.distance()).isCloseTo(truth.get(i).distance(), Offset.offset(1e-12));
                assertThat(neighbour.vector()).containsExactly(truth.get(i).vector());
            }
        }
    }

    private static List<String> ids(List<Neighbour> neighbours) {
        return neighbours.stream().map(Neighbour::id).toList();
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void findsTheClosestVectorsAndReturnsThemAsTheyWereAdded(Metric metric) {
        List<ReferenceVector> vectors = draw(3000, DIMENSION, 1);
        try (ReferenceCollection collection = create(DIMENSION, metric)) {
            collection.add(vectors.subList(0, 1000));
            collection.add(vectors.subList(1000, 3000));
            assertThat(collection.dimension()).isEqualTo(DIMENSION);
            assertThat(collection.metric()).isEqualTo(metric);
            assertThat(collection.count()).isEqualTo(3000);
            assertAnswers(collection, vectors, drawQueries(20, DIMENSION, 2), Search.nearest(1));
            assertAnswers(collection, vectors, drawQueries(5, DIMENSION, 3), Search.nearest(64));
        }
    }

    @Test
    void answersManyQueriesAtOnceInTheirOrder() {
        List<ReferenceVector> vectors = draw(500, DIMENSION, 1);
        try (ReferenceCollection collection = create(DIMENSION, Metric.L2)) {
            collection.add(vectors);
            assertAnswers(collection, vectors, drawQueries(256, DIMENSION, 2), Search.nearest(5));
            assertThat(collection.search(List.of(), Search.nearest(1))).isEmpty();
        }
    }

    @Test
    void answersAsynchronouslyWhatItAnswersOtherwise() {
        List<ReferenceVector> vectors = draw(200, DIMENSION, 1);
        List<Query> queries = drawQueries(10, DIMENSION, 2);
        try (ReferenceCollection collection = create(DIMENSION, Metric.L2)) {
            collection.add(vectors);
            List<List<Neighbour>> answers =
                    collection.searchAsync(queries, Search.nearest(3)).join();
            assertThat(answers.stream().map(ReferenceCollectionContract::ids))
                    .isEqualTo(collection.search(queries, Search.nearest(3)).stream()
                            .map(ReferenceCollectionContract::ids)
                            .toList());
            List<Query> misfits = drawQueries(1, DIMENSION + 1, 2);
            assertThat(collection.searchAsync(misfits, Search.nearest(3))).isCompletedExceptionally();
        }
    }

    @Test
    void returnsFewerWhereFewerQualify() {
        List<ReferenceVector> vectors = draw(5, DIMENSION, 1);
        try (ReferenceCollection collection = create(DIMENSION, Metric.L2)) {
            List<Query> queries = drawQueries(2, DIMENSION, 2);
            assertAnswers(collection, List.of(), queries, Search.nearest(3));
            collection.add(vectors);
            assertAnswers(collection, vectors, queries, Search.nearest(64));
            assertAnswers(collection, vectors, queries, new Search(3, -1, "none"));
        }
    }

    @Test
    void neverAnswersWithTheQueryItself() {
        List<ReferenceVector> vectors = draw(40, DIMENSION, 1);
        String own = BruteForce.sha256(1000);
        List<ReferenceVector> all = new ArrayList<>(vectors);
        for (int copy = 0; copy < 30; copy++) {
            all.add(new ReferenceVector(
                    "copy-" + copy, own, "set-0", vectors.get(0).vector()));
        }
        try (ReferenceCollection collection = create(DIMENSION, Metric.L2)) {
            collection.add(all);
            Query query = new Query(own, vectors.get(0).vector());
            assertAnswers(collection, all, List.of(query), Search.nearest(1));
            assertAnswers(collection, all, List.of(query), Search.nearest(20));
            assertThat(ids(collection.search(List.of(query), Search.nearest(1)).get(0)))
                    .containsExactly("image-0");
        }
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void passesOverNearDuplicates(Metric metric) {
        List<ReferenceVector> vectors = new ArrayList<>(draw(60, DIMENSION, 1));
        float[] centre = vectors.get(0).vector();
        Random random = new Random(5);
        for (int i = 0; i < 50; i++) {
            float[] near = centre.clone();
            near[random.nextInt(DIMENSION)] += 0.001f * (i + 1);
            vectors.add(new ReferenceVector("near-" + i, BruteForce.sha256(2000 + i), "set-1", near));
        }
        Query query = new Query(NOBODY, centre);
        double beyond = metric == Metric.L2 ? 0.1 : 1e-4;
        try (ReferenceCollection collection = create(DIMENSION, metric)) {
            collection.add(vectors);
            assertAnswers(collection, vectors, List.of(query), new Search(3, beyond, null));
            assertAnswers(collection, vectors, List.of(query), new Search(64, beyond, null));
            assertAnswers(collection, vectors, List.of(query), new Search(3, beyond, "set-1"));
            assertThat(ids(collection
                            .search(List.of(query), new Search(3, beyond, null))
                            .get(0)))
                    .allMatch(id -> id.startsWith("image-"));
        }
    }

    @Test
    void answersFromOneDataSetWhereOneIsAsked() {
        List<ReferenceVector> vectors = draw(300, DIMENSION, 1);
        try (ReferenceCollection collection = create(DIMENSION, Metric.L2)) {
            collection.add(vectors);
            assertAnswers(collection, vectors, drawQueries(10, DIMENSION, 2), new Search(7, -1, "set-2"));
        }
    }

    @Test
    void takesTextOfStrangersAsTextAlone() {
        Random random = new Random(7);
        List<ReferenceVector> vectors = new ArrayList<>();
        for (String hostile : HOSTILE) {
            vectors.add(new ReferenceVector(
                    hostile, BruteForce.sha256(vectors.size()), hostile, vector(random, DIMENSION)));
        }
        try (ReferenceCollection collection = create(DIMENSION, Metric.L2)) {
            collection.add(vectors);
            assertThat(collection.count()).isEqualTo(HOSTILE.size());
            for (String hostile : HOSTILE) {
                assertAnswers(collection, vectors, drawQueries(1, DIMENSION, 2), new Search(64, -1, hostile));
                assertThatThrownBy(() -> collection.add(List.of(
                                new ReferenceVector(hostile, BruteForce.sha256(99), "", vector(random, DIMENSION)))))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("used twice");
            }
            for (int i = 0; i < HOSTILE.size(); i++) {
                assertThat(collection.delete(List.of(HOSTILE.get(i)))).isEqualTo(1);
                assertThat(collection.count()).isEqualTo(HOSTILE.size() - i - 1);
            }
        }
    }

    @Test
    void deletesAndAddsAgain() {
        List<ReferenceVector> vectors = draw(300, DIMENSION, 1);
        List<Query> queries = drawQueries(10, DIMENSION, 2);
        try (ReferenceCollection collection = create(DIMENSION, Metric.L2)) {
            collection.add(vectors);
            List<String> ids =
                    vectors.subList(50, 250).stream().map(ReferenceVector::id).toList();
            List<String> asked = Stream.of(ids, ids.subList(0, 5), List.of("nobody", "image-300"))
                    .flatMap(List::stream)
                    .toList();
            assertThat(collection.delete(asked)).isEqualTo(200);
            List<ReferenceVector> left = new ArrayList<>(vectors.subList(0, 50));
            left.addAll(vectors.subList(250, 300));
            assertThat(collection.count()).isEqualTo(100);
            assertAnswers(collection, left, queries, Search.nearest(10));
            assertThat(collection.delete(ids)).isZero();
            assertThat(collection.delete(List.of())).isZero();
            List<ReferenceVector> others = draw(300, DIMENSION, 3).subList(50, 250);
            collection.add(others);
            left.addAll(others);
            assertThat(collection.count()).isEqualTo(300);
            assertAnswers(collection, left, queries, Search.nearest(10));
            assertAnswers(reopen(collection), left, queries, Search.nearest(10));
        }
    }

    @Test
    void iteratesOverEverythingItHoldsInAnOrderThatStays() {
        List<ReferenceVector> vectors = new ArrayList<>(draw(5000, DIMENSION, 1));
        Random random = new Random(7);
        List<ReferenceVector> hostile = HOSTILE.stream()
                .map(id -> new ReferenceVector(id, NOBODY, id, vector(random, DIMENSION)))
                .toList();
        try (ReferenceCollection collection = create(DIMENSION, Metric.L2)) {
            assertThat(collection).isEmpty();
            collection.add(vectors);
            collection.add(hostile);
            collection.delete(
                    vectors.subList(100, 200).stream().map(ReferenceVector::id).toList());
            vectors.subList(100, 200).clear();
            vectors.addAll(hostile);

            List<ReferenceVector> held = new ArrayList<>();
            collection.forEach(held::add);

            assertSame(held, vectors);
            assertThat(collection).extracting(ReferenceVector::id).isEqualTo(heldIds(held));
            assertThat(collection.iterator().next().id()).isEqualTo(held.get(0).id());
        }
    }

    /** In whatever order. */
    protected static void assertSame(List<ReferenceVector> held, List<ReferenceVector> wanted) {
        Comparator<ReferenceVector> byId = Comparator.comparing(ReferenceVector::id);
        assertThat(held.stream().sorted(byId).toList())
                .usingRecursiveComparison()
                .isEqualTo(wanted.stream().sorted(byId).toList());
    }

    private static List<String> heldIds(List<ReferenceVector> held) {
        return held.stream().map(ReferenceVector::id).toList();
    }

    @Test
    void keepsWhatItHoldsForWhoOpensItAgain() {
        List<ReferenceVector> vectors = draw(100, DIMENSION, 1);
        try (ReferenceCollection collection = create(DIMENSION, Metric.COSINE)) {
            collection.add(vectors);
            try (ReferenceCollection again = reopen(collection)) {
                assertThat(again.dimension()).isEqualTo(DIMENSION);
                assertThat(again.metric()).isEqualTo(Metric.COSINE);
                assertThat(again.count()).isEqualTo(100);
                assertAnswers(again, vectors, drawQueries(5, DIMENSION, 2), Search.nearest(3));
            }
        }
    }

    @Test
    void searchesDuringAdditionsSeeEverythingAddedBefore() throws Exception {
        List<ReferenceVector> vectors = draw(1000, DIMENSION, 1);
        ExecutorService adder = Executors.newSingleThreadExecutor();
        try (ReferenceCollection collection = create(DIMENSION, Metric.L2)) {
            collection.add(vectors.subList(0, 100));
            Future<?> additions = adder.submit(() -> IntStream.range(1, 10)
                    .forEach(part -> collection.add(vectors.subList(100 * part, 100 * part + 100))));
            boolean ended;
            do {
                ended = additions.isDone();
                for (ReferenceVector vector : vectors.subList(0, 100)) {
                    Neighbour nearest = collection
                            .search(List.of(new Query(NOBODY, vector.vector())), Search.nearest(1))
                            .get(0)
                            .get(0);
                    assertThat(nearest.id()).isEqualTo(vector.id());
                }
            } while (!ended);
            additions.get();
            assertAnswers(collection, vectors, drawQueries(10, DIMENSION, 2), Search.nearest(5));
        } finally {
            adder.shutdown();
        }
    }

    @Test
    void searchesDuringDeletionsFindWhatStays() throws Exception {
        List<ReferenceVector> vectors = draw(400, DIMENSION, 1);
        List<Query> queries = drawQueries(10, DIMENSION, 2);
        List<ReferenceVector> stay = vectors.subList(0, 100);
        ExecutorService deleter = Executors.newSingleThreadExecutor();
        try (ReferenceCollection collection = create(DIMENSION, Metric.L2)) {
            collection.add(vectors);
            Future<?> deletions = deleter.submit(() -> IntStream.range(10, 40)
                    .forEach(part -> collection.delete(vectors.subList(10 * part, 10 * part + 10).stream()
                            .map(ReferenceVector::id)
                            .toList())));
            boolean ended;
            do {
                ended = deletions.isDone();
                List<List<Neighbour>> answers = collection.search(queries, Search.nearest(64));
                for (int i = 0; i < queries.size(); i++) {
                    Query query = queries.get(i);
                    double farthest = answers.get(i).get(63).distance();
                    List<String> within = truth(stay, Metric.L2, query, Search.nearest(64)).stream()
                            .filter(neighbour -> neighbour.distance() < farthest)
                            .map(Neighbour::id)
                            .toList();
                    assertThat(ids(answers.get(i))).containsAll(within);
                }
            } while (!ended);
            deletions.get();
            assertAnswers(collection, stay, queries, Search.nearest(10));
        } finally {
            deleter.shutdown();
        }
    }

    @Test
    void rejectsWhatDoesNotFitAndAddsNothing() {
        List<ReferenceVector> vectors = draw(10, DIMENSION, 1);
        String sha256 = BruteForce.sha256(99);
        float[] fitting = vectors.get(0).vector();
        float[] infinite = fitting.clone();
        infinite[3] = Float.NEGATIVE_INFINITY;
        try (ReferenceCollection collection = create(DIMENSION, Metric.COSINE)) {
            collection.add(vectors.subList(0, 5));
            assertRejected(
                    collection,
                    new ReferenceVector("a", sha256, "", new float[DIMENSION - 1]),
                    "dimension of the vector 'a' is 23, that of the collection 24");
            assertRejected(collection, new ReferenceVector("a", sha256, "", infinite), "-Infinity");
            assertRejected(collection, new ReferenceVector("a", sha256, "", new float[DIMENSION]), "zero");
            assertRejected(collection, new ReferenceVector("a", "x", "", fitting), "SHA-256");
            assertRejected(collection, new ReferenceVector("", sha256, "", fitting), "0 bytes");
            assertRejected(collection, new ReferenceVector("é".repeat(513), sha256, "", fitting), "1026 bytes");
            assertRejected(collection, new ReferenceVector("a", sha256, "é".repeat(513), fitting), "1026 bytes");
            assertRejected(collection, new ReferenceVector("\uD800", sha256, "", fitting), "half a character");
            assertRejected(collection, vectors.get(3), "'image-3' is used twice");
            assertRejected(collection, vectors.get(7), "'image-7' is used twice");
            assertThat(collection.count()).isEqualTo(5);
            assertThatThrownBy(() -> collection.search(drawQueries(1, 7, 1), Search.nearest(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("dimension of a query is 7, that of the collection 24");
            assertThatThrownBy(() ->
                            collection.search(List.of(new Query(NOBODY, new float[DIMENSION])), Search.nearest(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("zero");
            assertThatThrownBy(() -> collection.search(List.of(new Query("", fitting)), Search.nearest(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("SHA-256");
        }
    }

    private static void assertRejected(ReferenceCollection collection, ReferenceVector vector, String message) {
        ReferenceVector good = draw(8, DIMENSION, 1).get(7);
        assertThatThrownBy(() -> collection.add(List.of(good, vector)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void saysWhenThereIsNoSuchCollection() {
        assertThatThrownBy(this::openMissing)
                .isInstanceOfSatisfying(
                        ReferenceStoreException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.MISSING));
    }

    @Test
    void rejectsUseAfterClose() {
        ReferenceCollection collection = create(DIMENSION, Metric.L2);
        collection.close();
        collection.close();
        assertThatThrownBy(() -> collection.search(drawQueries(1, DIMENSION, 1), Search.nearest(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
