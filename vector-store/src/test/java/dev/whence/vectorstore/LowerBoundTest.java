package dev.whence.vectorstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.Segment.Block;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LowerBoundTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "0, 1, 0",
        "1000, 1000.001, 1000",
        "1e6, 1000001, 0",
        "-1e-20, 1e-20, 0",
        "-1e-42, 1e-42, 0",
        "-1e38, 1e38, 0",
        "5, 5.0001, -3000"
    })
    void neverExceedsTheTrueDistance(float from, float to, float centre) throws IOException {
        Random random = new Random(1);
        float[] middle = ExactSearchTest.uniform(random, 64, centre, centre + (to - from) / 7);
        for (Bound bound : bounds(random, 64, from, to, middle)) {
            assertThat(new BigDecimal(bound.lower())).isLessThanOrEqualTo(bound.exact());
        }
    }

    @Test
    void isWithinAThousandthOnPixels() throws IOException {
        Random random = new Random(2);
        float[] middle = ExactSearchTest.uniform(random, 3072, 0.4f, 0.6f);
        assertThat(bounds(random, 3072, 0, 1, middle))
                .allSatisfy(bound -> assertThat(bound.lower())
                        .isBetween(
                                0.999 * bound.exact().doubleValue(),
                                bound.exact().doubleValue()));
    }

    @Test
    void isBeyondADistanceOnlyByMoreThanRoundingExplains() {
        QueryBatch batch = new QueryBatch(
                List.of(new float[64]), List.of(Sha256.parse(BruteForce.sha256(1), "a query")), new float[64]);
        assertThat(batch.isBeyond(3, 3)).isFalse();
        assertThat(batch.isBeyond(Math.nextUp(3.0), 3)).isFalse();
        assertThat(batch.isBeyond(3 + 1e-12, 3)).isTrue();
        assertThat(batch.isBeyond(Double.NEGATIVE_INFINITY, 0)).isFalse();
    }

    private record Bound(double lower, BigDecimal exact) {}

    private List<Bound> bounds(Random random, int dimension, float from, float to, float[] centre) throws IOException {
        List<ReferenceVector> vectors =
                ExactSearchTest.vectors(20, i -> ExactSearchTest.uniform(random, dimension, from, to));
        List<float[]> queries = IntStream.range(0, 10)
                .mapToObj(i -> ExactSearchTest.uniform(random, dimension, from, to))
                .toList();
        List<Sha256> sha256s = queries.stream()
                .map(query -> Sha256.parse(BruteForce.randomSha256(random), "a query"))
                .toList();
        Segment segment = Segment.map(folder, Segment.write(folder, 1, vectors, centre), dimension, 0);
        QueryBatch batch = new QueryBatch(queries, sha256s, centre);
        Block block = segment.blocks().get(0);
        try (MatrixProduct product = new MatrixProduct(dimension)) {
            FloatBuffer products = product.multiply(block, batch);
            return IntStream.range(0, 200)
                    .mapToObj(i -> new Bound(
                            batch.lowerBound(
                                    i % 10, products.get(i), segment.centredSquaredNorm(i / 10), segment.norm(i / 10)),
                            squaredDistance(
                                    queries.get(i % 10), vectors.get(i / 10).vector())))
                    .filter(bound -> bound.lower() > Double.NEGATIVE_INFINITY)
                    .toList();
        }
    }

    private static BigDecimal squaredDistance(float[] a, float[] b) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < a.length; i++) {
            BigDecimal difference = new BigDecimal(a[i]).subtract(new BigDecimal(b[i]));
            sum = sum.add(difference.multiply(difference));
        }
        return sum;
    }
}
