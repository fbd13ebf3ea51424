package dev.whence.vectorstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
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

    private void assertAnswersAsBruteForce(List<ReferenceVector> vectors, List<Query> queries, int k) {
        int dimension = vectors.get(0).vector().length;
        try (EmbeddedReferenceCollection collection =
                EmbeddedReferenceCollection.create(folder.resolve("reference"), "reference", dimension, 2)) {
            int third = vectors.size() / 3;
            collection.add(vectors.subList(0, third));
            collection.add(vectors.subList(third, 2 * third));
            collection.add(vectors.subList(2 * third, vectors.size()));
            List<List<Neighbour>> answers = collection.search(queries, k);
            assertThat(answers).hasSameSizeAs(queries);
            for (int i = 0; i < queries.size(); i++) {
                assertSame(answers.get(i), BruteForce.search(vectors, queries.get(i), k));
            }
        }
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
                .mapToObj(i -> new ReferenceVector("image-" + i, BruteForce.sha256(i), vector.apply(i)))
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
