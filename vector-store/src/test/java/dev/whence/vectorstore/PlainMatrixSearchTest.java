package dev.whence.vectorstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlainMatrixSearchTest {
    /** More rows than one chunk holds. */
    private static final int ROWS = 9000;

    @ParameterizedTest
    @MethodSource
    void findsTheNearestRowsInEveryFormOnAnyNumberOfThreads(PlainMatrixSearch.Form form, int threads) {
        Random random = new Random(7);
        List<float[]> rows = vectors(random, ROWS);
        List<ReferenceVector> references = IntStream.range(0, ROWS)
                .mapToObj(i -> new ReferenceVector(Integer.toString(i), BruteForce.sha256(i), "", rows.get(i)))
                .toList();
        try (PlainMatrixSearch search = new PlainMatrixSearch(rows, form, threads)) {
            for (int batch : new int[] {1, 5}) {
                List<float[]> queries = vectors(random, batch);
                int[][] found = search.search(queries, 10);
                assertThat(found).hasDimensions(batch, 10);
                for (int query = 0; query < batch; query++) {
                    List<Integer> expected =
                            BruteForce.search(references, new Query(BruteForce.sha256(ROWS), queries.get(query)), 10)
                                    .stream()
                                    .map(Neighbour::id)
                                    .map(Integer::valueOf)
                                    .toList();
                    assertThat(IntStream.of(found[query]).boxed()).containsExactlyElementsOf(expected);
                }
            }
        }
    }

    static Stream<Arguments> findsTheNearestRowsInEveryFormOnAnyNumberOfThreads() {
        return Stream.of(PlainMatrixSearch.Form.values())
                .flatMap(form -> Stream.of(Arguments.of(form, 1), Arguments.of(form, 3)));
    }

    /** Far from the origin, so that products that are not centred lose the differences. */
    private static List<float[]> vectors(Random random, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    float[] vector = new float[20];
                    for (int j = 0; j < vector.length; j++) {
                        vector[j] = 1000 + (float) random.nextGaussian();
                    }
                    return vector;
                })
                .toList();
    }
}
