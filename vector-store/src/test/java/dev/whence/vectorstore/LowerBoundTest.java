package dev.whence.vectorstore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.Segment.Block;
import dev.whence.vectorstore.Segment.Column;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
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
                .filteredOn(bound -> !bound.ofCodes())
                .allSatisfy(bound -> assertThat(bound.lower())
                        .isBetween(
                                0.999 * bound.exact().doubleValue(),
                                bound.exact().doubleValue()));
    }

    /** Codes that keep nothing would be valid bounds too: these must tell near from far. */
    @Test
    void ofCodesIsWithinATenthOnVectorsOfFewDimensions() throws IOException {
        Random random = new Random(3);
        float[][] basis = new float[6][];
        Arrays.setAll(basis, i -> ExactSearchTest.uniform(random, 512, -1, 1));
        List<Bound> ofCodes = bounds(random, 512, () -> mixture(random, basis), new float[512]).stream()
                .filter(Bound::ofCodes)
                .toList();
        double lower = ofCodes.stream().mapToDouble(Bound::lower).sum();
        double exact = ofCodes.stream()
                .mapToDouble(bound -> bound.exact().doubleValue())
                .sum();
        assertThat(lower / exact).isBetween(0.9, 1.0);
    }

    private static float[] mixture(Random random, float[][] basis) {
        float[] vector = new float[basis[0].length];
        for (float[] axis : basis) {
            float weight = (float) random.nextGaussian();
            for (int i = 0; i < vector.length; i++) {
                vector[i] += weight * axis[i];
            }
        }
        return vector;
    }

    private record Bound(double lower, BigDecimal exact, boolean ofCodes) {}

    private List<Bound> bounds(Random random, int dimension, float from, float to, float[] centre) throws IOException {
        return bounds(random, dimension, () -> ExactSearchTest.uniform(random, dimension, from, to), centre);
    }

    private List<Bound> bounds(Random random, int dimension, Supplier<float[]> next, float[] centre)
            throws IOException {
        List<ReferenceVector> vectors = ExactSearchTest.vectors(200, i -> next.get());
        List<SearchedQuery> queries = Stream.generate(next)
                .limit(10)
                .map(query ->
                        SearchedQuery.of(query, Sha256.parse(BruteForce.randomSha256(random), "a query"), Metric.L2))
                .toList();
        double[] scales = new double[200];
        Arrays.fill(scales, 1);
        try (Kernels kernels = Kernels.open()) {
            ProjectionTraining.Trained trained = ProjectionTraining.train(
                    vectors.stream().map(ReferenceVector::vector).toList(), scales, 200, kernels.floats());
            SearchProjection projection = SearchProjection.map(
                    folder, SearchProjection.write(folder, 1, centre, trained.axes(), trained.deviation()), dimension);
            Segment segment;
            try (SegmentWriter writer = new SegmentWriter(folder, 1, projection, Metric.L2, kernels.floats())) {
                for (ReferenceVector vector : vectors) {
                    writer.add(vector);
                }
                segment = Segment.map(folder, writer.finish(), dimension, projection.axes(), Metric.L2, 0);
            }
            List<Bound> bounds = new ArrayList<>();
            plainBounds(kernels, segment, queries, vectors, centre, bounds);
            codeBounds(kernels, segment, queries, vectors, projection, bounds);
            bounds.removeIf(bound -> bound.lower() == Double.NEGATIVE_INFINITY);
            return bounds;
        }
    }

    private static void plainBounds(
            Kernels kernels,
            Segment segment,
            List<SearchedQuery> queries,
            List<ReferenceVector> vectors,
            float[] centre,
            List<Bound> bounds) {
        QueryBatch batch = new QueryBatch(queries, centre);
        long dimension = centre.length;
        for (Block block : segment.plainBlocks()) {
            FloatBuffer products = kernels.floats()
                    .multiply(block.vectors(), new long[] {block.rows(), dimension}, batch.offsets(), new long[] {
                        dimension, batch.size()
                    });
            for (int i = 0; i < block.rows() * batch.size(); i++) {
                int row = block.start() + i / batch.size();
                double lower = batch.lowerBound(
                        i % batch.size(),
                        products.get(i),
                        segment.value(Column.SQUARED_OFFSET, row),
                        segment.value(Column.NORM, row),
                        segment.scale(row));
                bounds.add(new Bound(
                        lower,
                        squaredDistance(
                                queries.get(i % batch.size()).vector(),
                                vectors.get(row).vector()),
                        false));
            }
        }
    }

    private static void codeBounds(
            Kernels kernels,
            Segment segment,
            List<SearchedQuery> queries,
            List<ReferenceVector> vectors,
            SearchProjection projection,
            List<Bound> bounds) {
        CodedQueries coded = new CodedQueries(queries, projection, kernels.floats());
        double down = 1 - CodedQueries.lengthRounding(projection.dimension());
        for (Block block : segment.codeBlocks()) {
            int rows = block.rows();
            IntBuffer products =
                    MatrixProduct.direct(rows * coded.size(), Integer.BYTES).asIntBuffer();
            kernels.codes()
                    .multiply(
                            coded.codes(),
                            coded.shape(),
                            block.codes(),
                            new long[] {projection.axes(), rows},
                            products);
            for (int i = 0; i < rows * coded.size(); i++) {
                int row = block.start() + i % rows;
                double lower = coded.lowerBound(
                        i / rows,
                        products.get(i),
                        segment.value(Column.SUM, row),
                        segment.value(Column.SQUARED_OFFSET, row) * down / 2,
                        segment.value(Column.SCALE, row),
                        segment.value(Column.LENGTH, row),
                        segment.value(Column.ERROR, row),
                        segment.value(Column.REST, row));
                bounds.add(new Bound(
                        lower,
                        squaredDistance(
                                queries.get(i / rows).vector(), vectors.get(row).vector()),
                        true));
            }
        }
    }

    private static BigDecimal squaredDistance(double[] a, float[] b) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < a.length; i++) {
            BigDecimal difference = new BigDecimal(a[i]).subtract(new BigDecimal(b[i]));
            sum = sum.add(difference.multiply(difference));
        }
        return sum;
    }
}
