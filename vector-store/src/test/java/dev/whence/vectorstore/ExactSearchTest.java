package dev.whence.vectorstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceCollection.Search;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExactSearchTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"64, 5000, 20, 5", "3072, 1500, 70, 16", "196608, 90, 5, 3", "1, 300, 9, 64", "65, 4097, 20, 1"})
    void answersAsBruteForceOnRandomVectors(int dimension, int count, int queries, int k) {
        Random random = new Random(dimension);
        List<ReferenceVector> vectors = vectors(count, i -> uniform(random, dimension, 0, 1));
        assertAnswersAsBruteForce(vectors, queries(queries, i -> uniform(random, dimension, 0, 1)), k);
    }

    /** Where the projection tells nothing, the first pass gives up and the second one answers. */
    @Test
    void answersAsBruteForceWhereTheFirstPassRulesOutNothing() {
        Random random = new Random(5);
        List<ReferenceVector> vectors = vectors(9000, i -> uniform(random, 512, 0, 1));
        List<Query> queries = queries(6, i -> uniform(random, 512, 0, 1));
        try (EmbeddedReferenceCollection collection = collectionOf(vectors, 2)) {
            List<List<Neighbour>> answers = collection.search(queries, Search.nearest(16));
            for (int i = 0; i < queries.size(); i++) {
                assertSame(answers.get(i), BruteForce.search(vectors, queries.get(i), 16));
            }
            assertThat(collection.statistics().secondPasses()).isPositive();
        }
    }

    /** Nothing rules out a row that is as close as all others: more wait to be measured than are kept waiting. */
    @Test
    void answersAsBruteForceWhereAllRowsAreEquallyClose() {
        assertAnswersAsBruteForce(
                vectors(9000, i -> new float[] {i % 2, 1 - i % 2}), queries(3, i -> new float[] {0, 0}), 3);
    }

    @Test
    void leavesOutTheFirstPassWhereItWasInVain() {
        Random random = new Random(9);
        List<ReferenceVector> vectors = vectors(2000, i -> uniform(random, 512, 0, 1));
        List<Query> queries = queries(16, i -> uniform(random, 512, 0, 1));
        try (EmbeddedReferenceCollection collection = collectionOf(vectors, 1)) {
            collection.search(queries, Search.nearest(64));
            long scanned = collection.statistics().rowsScanned();
            for (int batch = 1; batch < 64; batch++) {
                collection.search(queries, Search.nearest(64));
            }
            assertThat(collection.statistics().rowsScanned()).isEqualTo(scanned);
            collection.search(queries, Search.nearest(64));
            assertThat(collection.statistics().rowsScanned())
                    .as("once in a while it is tried again")
                    .isEqualTo(2 * scanned);
        }
    }

    @Test
    void keepsTheFirstPassWhereItRulesOutNearlyAll() {
        Random random = new Random(10);
        List<ReferenceVector> vectors = vectors(9000, i -> {
            float[] vector = uniform(random, 64, 0, 0.01f);
            vector[i % 4] = i / 4f;
            return vector;
        });
        List<Query> queries = queries(4, i -> vectors.get(100 * i).vector());
        try (EmbeddedReferenceCollection collection = collectionOf(vectors, 1)) {
            for (int batch = 0; batch < 3; batch++) {
                collection.search(queries, Search.nearest(1));
            }
            assertThat(collection.statistics().rowsScanned()).isEqualTo(3L * 4 * 9000);
            assertThat(collection.statistics().secondPasses()).isZero();
        }
    }

    /** One thread that sees only far rows must not make an answer look proven. */
    @Test
    void aShortlistThatIsLeftOverRulesOutNothingElse() {
        Shortlist near = new Shortlist(new Nearest(1, -1));
        Shortlist far = new Shortlist(new Nearest(1, -1));
        far.add(50, 7);
        assertThat(far.measure(1, 1, row -> 60)).isEqualTo(1);
        near.add(-10, 1);
        near.add(-20, 2);
        near.addAll(far);
        near.prune(1);
        assertThat(near.measure(Integer.MAX_VALUE, 1, row -> row)).isEqualTo(2);
        assertThat(near.nearest().size()).isEqualTo(1);
        assertThat(near.nearest().row(0)).isEqualTo(1);
        assertThat(near.nearest().squaredDistance(0)).isEqualTo(1);
    }

    @Test
    void answersAsBruteForceWhereSinglePrecisionCancels() {
        Random random = new Random(1);
        List<ReferenceVector> vectors = vectors(1200, i -> uniform(random, 64, 1000, 1000.01f));
        List<Query> queries = queries(40, i -> uniform(random, 64, 1000, 1000.01f));
        assertThat(recallOfSinglePrecisionExpansion(vectors, queries)).isLessThan(0.5);
        assertAnswersAsBruteForce(vectors, queries, 8);
    }

    @Test
    void answersAsBruteForceWhereTheFirstAdditionMisleadsTheCentre() {
        Random random = new Random(2);
        List<ReferenceVector> vectors =
                vectors(900, i -> i < 300 ? uniform(random, 64, -5000, -4999) : uniform(random, 64, 900, 901));
        assertAnswersAsBruteForce(vectors, queries(20, i -> uniform(random, 64, 900, 901)), 8);
    }

    @Test
    void answersAsBruteForceOnNeighboursOneUnitInTheLastPlaceApart() {
        Random random = new Random(3);
        float[] base = uniform(random, 64, 100, 200);
        List<ReferenceVector> vectors = vectors(600, i -> {
            float[] vector = base.clone();
            for (int step = 0; step < i; step++) {
                vector[step % 64] = Math.nextUp(vector[step % 64]);
            }
            return vector;
        });
        List<Query> queries = List.of(
                new Query(BruteForce.sha256(-1), base),
                new Query(BruteForce.sha256(-1), vectors.get(300).vector()));
        assertAnswersAsBruteForce(vectors, queries, 64);
    }

    @ParameterizedTest
    @CsvSource({"1e38", "3e-39", "1e-44", "1e-20"})
    void answersAsBruteForceAtTheEndsOfTheFloatRange(float scale) {
        Random random = new Random(4);
        List<ReferenceVector> vectors = vectors(600, i -> uniform(random, 64, -scale, scale));
        assertAnswersAsBruteForce(vectors, queries(10, i -> uniform(random, 64, -scale, scale)), 5);
    }

    @Test
    void ordersEqualDistancesByAddition() {
        float[] near = {1, 0};
        float[] far = {0, 2};
        List<ReferenceVector> vectors = vectors(900, i -> i % 3 == 1 ? near : far);
        try (EmbeddedReferenceCollection collection = collectionOf(vectors, 2)) {
            List<Neighbour> neighbours = collection
                    .search(queries(1, i -> new float[] {0, 0}), Search.nearest(64))
                    .get(0);
            assertThat(neighbours.stream().map(Neighbour::id))
                    .containsExactlyElementsOf(IntStream.range(0, 64)
                            .mapToObj(i -> "image-" + (3 * i + 1))
                            .toList());
            assertThat(neighbours)
                    .allSatisfy(neighbour -> assertThat(neighbour.distance()).isEqualTo(1));
        }
    }

    @Test
    void leavesOutEveryPointWithTheOwnSha256HoweverMany() {
        Random random = new Random(5);
        float[] own = uniform(random, 64, 0, 1);
        String ownSha256 = BruteForce.sha256(7_000_000);
        List<ReferenceVector> vectors = new ArrayList<>(vectors(300, i -> uniform(random, 64, 0, 1)));
        for (int i = 0; i < 500; i++) {
            vectors.add(i % vectors.size(), new ReferenceVector("own-" + i, ownSha256, "", own.clone()));
        }
        assertAnswersAsBruteForce(vectors, List.of(new Query(ownSha256, own)), 10);
    }

    @Test
    void leavesOutTheOwnSha256WhereSoManyTieThatAllAreMeasured() {
        String ownSha256 = BruteForce.sha256(7_000_000);
        List<ReferenceVector> vectors = new ArrayList<>(vectors(900, i -> new float[] {1, i % 2}));
        vectors.add(450, new ReferenceVector("own", ownSha256, "", new float[] {0, 0}));
        assertAnswersAsBruteForce(vectors, List.of(new Query(ownSha256, new float[] {0, 0})), 5);
    }

    @Test
    void findsACopyUnderAnotherSha256() {
        Random random = new Random(6);
        List<ReferenceVector> vectors = vectors(300, i -> uniform(random, 64, 0, 1));
        try (EmbeddedReferenceCollection collection = collectionOf(vectors, 1)) {
            Query copy = new Query(BruteForce.sha256(-1), vectors.get(17).vector());
            Neighbour nearest =
                    collection.search(List.of(copy), Search.nearest(1)).get(0).get(0);
            assertThat(nearest.id()).isEqualTo("image-17");
            assertThat(nearest.distance()).isZero();
        }
    }

    @Test
    void returnsAllOthersWhenTheCollectionHoldsFewerThanK() {
        Random random = new Random(7);
        List<ReferenceVector> vectors = vectors(9, i -> uniform(random, 64, 0, 1));
        Query own = new Query(vectors.get(3).sha256(), vectors.get(3).vector());
        assertAnswersAsBruteForce(vectors, List.of(own), 64);
        assertThat(BruteForce.search(vectors, own, 64)).hasSize(8);
    }

    @Test
    void answersDoNotDependOnBatchesOrThreads() {
        Random random = new Random(8);
        List<ReferenceVector> vectors = vectors(9000, i -> uniform(random, 64, 0, 1));
        List<Query> queries = queries(300, i -> uniform(random, 64, 0, 1));
        List<String> alone = new ArrayList<>();
        try (EmbeddedReferenceCollection collection = collectionOf(vectors, 1)) {
            queries.forEach(query -> alone.addAll(describe(collection.search(List.of(query), Search.nearest(7)))));
            assertThat(describe(collection.search(queries.subList(0, 64), Search.nearest(7))))
                    .isEqualTo(alone.subList(0, 64));
            assertThat(describe(collection.search(queries, Search.nearest(7)))).isEqualTo(alone);
        }
        try (EmbeddedReferenceCollection collection =
                EmbeddedReferenceCollection.open(folder.resolve("reference"), 3)) {
            assertThat(describe(collection.search(queries, Search.nearest(7)))).isEqualTo(alone);
        }
    }

    @Test
    void emptyCollectionHasNoNeighbours() {
        try (EmbeddedReferenceCollection collection =
                EmbeddedReferenceCollection.create(folder.resolve("reference"), "reference", 2, Metric.L2, 1)) {
            assertThat(collection.search(queries(2, i -> new float[2]), Search.nearest(3)))
                    .containsExactly(List.of(), List.of());
            assertThat(collection.search(List.of(), Search.nearest(3))).isEmpty();
        }
    }

    private static List<String> describe(List<List<Neighbour>> answers) {
        return answers.stream()
                .map(neighbours -> neighbours.stream()
                        .map(neighbour -> neighbour.id() + "@" + Double.toHexString(neighbour.distance()))
                        .toList()
                        .toString())
                .toList();
    }

    /** What a plain |x|^2 - 2 q.x in single precision would find: shows that the data is hard. */
    private static double recallOfSinglePrecisionExpansion(List<ReferenceVector> vectors, List<Query> queries) {
        int right = 0;
        for (Query query : queries) {
            String best = "";
            float bestScore = Float.POSITIVE_INFINITY;
            for (ReferenceVector vector : vectors) {
                float score = 0;
                for (int i = 0; i < query.vector().length; i++) {
                    score += vector.vector()[i] * vector.vector()[i] - 2 * query.vector()[i] * vector.vector()[i];
                }
                if (score < bestScore) {
                    bestScore = score;
                    best = vector.id();
                }
            }
            right += BruteForce.search(vectors, query, 1).get(0).id().equals(best) ? 1 : 0;
        }
        return (double) right / queries.size();
    }

    private EmbeddedReferenceCollection collectionOf(List<ReferenceVector> vectors, int threads) {
        int dimension = vectors.get(0).vector().length;
        EmbeddedReferenceCollection collection = EmbeddedReferenceCollection.create(
                folder.resolve("reference"), "reference", dimension, Metric.L2, threads);
        int third = vectors.size() / 3;
        collection.add(vectors.subList(0, third));
        collection.add(vectors.subList(third, 2 * third));
        collection.add(vectors.subList(2 * third, vectors.size()));
        return collection;
    }

    private void assertAnswersAsBruteForce(List<ReferenceVector> vectors, List<Query> queries, int k) {
        try (EmbeddedReferenceCollection collection = collectionOf(vectors, 2)) {
            List<List<Neighbour>> answers = collection.search(queries, Search.nearest(k));
            assertThat(answers).hasSameSizeAs(queries);
            for (int i = 0; i < queries.size(); i++) {
                assertSame(answers.get(i), BruteForce.search(vectors, queries.get(i), k));
            }
            assertThat(describe(withoutFirstPass(collection, queries, k))).isEqualTo(describe(answers));
        }
    }

    private static List<List<Neighbour>> withoutFirstPass(
            EmbeddedReferenceCollection collection, List<Query> queries, int k) {
        SearchStatistics before = collection.statistics();
        collection.firstPassCosts().learn(k, Double.POSITIVE_INFINITY);
        List<List<Neighbour>> answers = collection.search(queries, Search.nearest(k));
        SearchStatistics after = collection.statistics();
        assertThat(after.rowsScanned()).isEqualTo(before.rowsScanned());
        assertThat(after.secondPasses() - before.secondPasses()).isEqualTo(queries.size());
        return answers;
    }

    private static void assertSame(List<Neighbour> actual, List<Neighbour> expected) {
        assertThat(actual.stream().map(Neighbour::id).toList())
                .isEqualTo(expected.stream().map(Neighbour::id).toList());
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).distance())
                    .isCloseTo(
                            expected.get(i).distance(),
                            within(1e-12 * expected.get(i).distance()));
            assertThat(actual.get(i).vector()).isEqualTo(expected.get(i).vector());
        }
    }

    static List<ReferenceVector> vectors(int count, IntFunction<float[]> vector) {
        return IntStream.range(0, count)
                .mapToObj(i -> new ReferenceVector("image-" + i, BruteForce.sha256(i), "", vector.apply(i)))
                .toList();
    }

    static List<Query> queries(int count, IntFunction<float[]> vector) {
        List<Query> queries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            queries.add(new Query(BruteForce.sha256(1_000_000 + i), vector.apply(i)));
        }
        return queries;
    }

    static float[] uniform(Random random, int dimension, float from, float to) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = from + (to - from) * random.nextFloat();
        }
        return vector;
    }
}
