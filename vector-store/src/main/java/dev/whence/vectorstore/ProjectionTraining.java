package dev.whence.vectorstore;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Learns a {@link SearchProjection} from a sample: the leading principal axes, by randomized subspace iteration (Halko,
 * Martinsson, Tropp 2011, algorithm 4.4), then turned at random among themselves, so that no coordinate is much larger than
 * the others and codes of few bits lose little.
 *
 * <p>The number of axes is the one with the least estimated cost of a search, found by searching the sample for its own
 * vectors. Nothing here has to be right for answers to be: a poor projection costs time.
 */
final class ProjectionTraining {
    static final int MAX_SAMPLE = 4096;
    static final int MAX_SAMPLE_COMPONENTS = 1 << 24;

    private static final int MAX_AXES = 768;
    private static final int MAX_COMPONENTS = 1 << 26;
    private static final int AXES_STEP = 16;
    private static final int ROWS_PER_AXIS = 8;
    private static final int ITERATIONS = 3;
    private static final int TRIAL_QUERIES = 48;
    /** A search asks for the nearest point (Song et al. 2024) or for 16 to span a hull: both count alike. */
    private static final int[] TRIAL_NEIGHBOURS = {1, 16};

    private static final double[] SHARES = {1, 0.75, 0.5, 0.375, 0.3125, 0.25, 0.1875, 0.125, 0.0625};
    /** Measured on one core of an AVX2 machine: docs/decisions.md. Their ratios matter, not their sizes. */
    private static final double NANOS_PER_CODE = 0.0133;

    private static final double NANOS_PER_COORDINATE_TERM = 0.025;
    private static final double NANOS_PER_MEASURED_COMPONENT = 1.07;
    /** A row whose remaining length is below this share of its own depends on the rows before it. */
    private static final double DEPENDENT = 1e-10;

    private final float[][] offsets;
    private final float[] centre;
    private final long rows;
    private final MatrixProduct floats;
    private final Random random;

    /**
     * @param axes axes x dimension
     * @param deviation at least the spectral norm of P P^T - I
     */
    record Trained(float[] centre, float[][] axes, double deviation) {}

    private ProjectionTraining(float[][] offsets, float[] centre, long rows, MatrixProduct floats) {
        this.offsets = offsets;
        this.centre = centre;
        this.rows = rows;
        this.floats = floats;
        this.random = new Random(centre.length);
    }

    /** How many vectors of this dimension a sample has at most. */
    static int sampleSize(int dimension) {
        return Math.max(16, Math.min(MAX_SAMPLE, MAX_SAMPLE_COMPONENTS / dimension));
    }

    /**
     * @param sample at least one vector
     * @param scales what each is multiplied with
     * @param rows vectors that will be searched
     */
    static Trained train(List<float[]> sample, double[] scales, long rows, MatrixProduct floats) {
        int dimension = sample.get(0).length;
        double[] sums = new double[dimension];
        for (int row = 0; row < scales.length; row++) {
            for (int i = 0; i < dimension; i++) {
                sums[i] += sample.get(row)[i] * scales[row];
            }
        }
        float[] centre = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            centre[i] = (float) (sums[i] / scales.length);
        }
        float[][] offsets = new float[scales.length][dimension];
        double largest = 0;
        for (int row = 0; row < scales.length; row++) {
            for (int i = 0; i < dimension; i++) {
                offsets[row][i] = (float) (sample.get(row)[i] * scales[row] - centre[i]);
                largest = Math.max(largest, Math.abs(offsets[row][i]));
            }
        }
        // Axes have no length: any scale of the sample has the same ones, and this one can't overflow.
        for (float[] offset : offsets) {
            for (int i = 0; i < dimension; i++) {
                offset[i] = largest > 0 && largest < Double.POSITIVE_INFINITY ? (float) (offset[i] / largest) : 0;
            }
        }
        return new ProjectionTraining(offsets, centre, rows, floats).train();
    }

    private Trained train() {
        int dimension = centre.length;
        int most = (int) Math.min(
                Math.min(MAX_AXES, Math.min(dimension, Math.max(dimension / 2, AXES_STEP))),
                Math.max(1, Math.min(rows / ROWS_PER_AXIS, MAX_COMPONENTS / dimension)));
        most = most > AXES_STEP ? most / AXES_STEP * AXES_STEP : most;
        try (MatrixProduct doubles = MatrixProduct.ofDoubles()) {
            double[][] axes = principalAxes(most, doubles);
            if (axes.length == 0) {
                axes = new double[][] {new double[dimension]};
                axes[0][0] = 1;
            }
            double[][] turned = cheapest(axes, doubles);
            float[][] single = new float[turned.length][dimension];
            for (int axis = 0; axis < turned.length; axis++) {
                for (int i = 0; i < dimension; i++) {
                    single[axis][i] = (float) turned[axis][i];
                }
            }
            return new Trained(centre, single, deviation(single, doubles));
        }
    }

    private double[][] principalAxes(int count, MatrixProduct doubles) {
        double[][] mixture = gaussian(count, offsets.length);
        double[][] axes = orthonormal(multiply(mixture, offsets), doubles);
        float[][] transposed = transpose(offsets);
        for (int i = 0; i < ITERATIONS && axes.length > 0; i++) {
            axes = orthonormal(multiply(multiply(axes, transposed), offsets), doubles);
        }
        return axes;
    }

    /** The first of the axes, turned, whose number promises the cheapest search. */
    private double[][] cheapest(double[][] axes, MatrixProduct doubles) {
        double[][] best = null;
        double least = Double.POSITIVE_INFINITY;
        double[][] exact = multiply(doubled(trialQueries()), transpose(offsets));
        int last = 0;
        for (double share : SHARES) {
            int count = (int) Math.max(1, Math.round(axes.length * share));
            count = count > AXES_STEP ? count / AXES_STEP * AXES_STEP : count;
            if (count == last) {
                continue;
            }
            last = count;
            double[][] turn = orthonormal(gaussian(count, count), doubles);
            double[][] turned = multiply(turn, Arrays.copyOf(axes, count), doubles);
            double cost = count * (NANOS_PER_CODE * rows + NANOS_PER_COORDINATE_TERM * centre.length)
                    + measured(turned, exact) * NANOS_PER_MEASURED_COMPONENT * centre.length;
            if (turn.length == count && cost < least) {
                least = cost;
                best = turned;
            }
        }
        return best == null ? axes : best;
    }

    private float[][] trialQueries() {
        int count = Math.min(TRIAL_QUERIES, offsets.length);
        return IntStream.range(0, count)
                .mapToObj(query -> offsets[trialRow(query, count)])
                .toArray(float[][]::new);
    }

    private int trialRow(int query, int count) {
        return (int) ((long) query * offsets.length / count);
    }

    /** Rows that a search would measure with these axes, by trial on the sample. */
    private double measured(double[][] axes, double[][] innerProducts) {
        double[][] coordinates = transpose(multiply(axes, transpose(offsets)));
        double[] squaredLengths = new double[offsets.length];
        int[][] steps = new int[offsets.length][];
        double[][] known = new double[offsets.length][];
        for (int row = 0; row < offsets.length; row++) {
            squaredLengths[row] = squaredLength(offsets[row]);
            steps[row] = new int[axes.length];
            known[row] = quantize(coordinates[row], squaredLengths[row], 127, steps[row]);
        }
        int queries = innerProducts.length;
        long below = 0;
        int[] asked = new int[axes.length];
        for (int query = 0; query < queries; query++) {
            int own = trialRow(query, queries);
            double[] distances = new double[offsets.length];
            for (int row = 0; row < offsets.length; row++) {
                distances[row] = squaredLengths[own] + squaredLengths[row] - 2 * innerProducts[query][row];
            }
            distances[own] = Double.POSITIVE_INFINITY;
            double[] sorted = distances.clone();
            Arrays.sort(sorted);
            double[] limits = Arrays.stream(TRIAL_NEIGHBOURS)
                    .mapToDouble(neighbours -> sorted[rankInSample(neighbours)])
                    .toArray();
            double[] mine = quantize(coordinates[own], squaredLengths[own], 63, asked);
            for (int row = 0; row < offsets.length; row++) {
                double[] other = known[row];
                double most = mine[0] * other[0] * dot(asked, steps[row])
                        + mine[2] * other[1]
                        + mine[1] * other[2]
                        + mine[3] * other[3];
                double bound = squaredLengths[own] + squaredLengths[row] - 2 * most;
                for (double limit : limits) {
                    below += bound <= limit ? 1 : 0;
                }
            }
        }
        return (double) below / queries / TRIAL_NEIGHBOURS.length * rows / offsets.length;
    }

    /** A neighbour among all rows is about as far as a nearer one in a sample of them. */
    private int rankInSample(int neighbours) {
        int rank = (int) Math.ceil((double) neighbours * offsets.length / rows);
        return Math.min(Math.max(rank, 1), offsets.length) - 1;
    }

    /** Scale, length, error and rest, as {@link Code} has them but for their rounding. */
    private static double[] quantize(double[] coordinates, double squaredLength, int maxStep, int[] steps) {
        double largest = 0;
        double sum = 0;
        for (double coordinate : coordinates) {
            largest = Math.max(largest, Math.abs(coordinate));
            sum += coordinate * coordinate;
        }
        double scale = largest / maxStep;
        double lost = 0;
        for (int i = 0; i < steps.length; i++) {
            steps[i] = scale > 0 ? (int) Math.rint(coordinates[i] / scale) : 0;
            double difference = coordinates[i] - steps[i] * scale;
            lost += difference * difference;
        }
        return new double[] {scale, Math.sqrt(sum), Math.sqrt(lost), Math.sqrt(Math.max(0, squaredLength - sum))};
    }

    private static int dot(int[] a, int[] b) {
        int sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Frobenius norm of P P^T - I, with room for the rounding of this very computation. */
    private static double deviation(float[][] axes, MatrixProduct doubles) {
        double[][] wide = doubled(axes);
        double[][] gram = multiply(wide, transpose(wide), doubles);
        double sum = 0;
        for (int i = 0; i < gram.length; i++) {
            for (int j = 0; j < gram.length; j++) {
                double difference = gram[i][j] - (i == j ? 1 : 0);
                sum += difference * difference;
            }
        }
        return Math.sqrt(sum) + gram.length * 4 * Rounding.gamma(axes[0].length, Rounding.DOUBLE);
    }

    /** An orthonormal basis of the rows, in their order, without those that depend on rows before: Cholesky QR, twice. */
    private static double[][] orthonormal(double[][] rows, MatrixProduct doubles) {
        double[][] basis = rows;
        for (int pass = 0; pass < 2 && basis.length > 0; pass++) {
            double[][] gram = multiply(basis, transpose(basis), doubles);
            int[] kept = choleskyInPlace(gram);
            double[][] independent = new double[kept.length][];
            double[][] factor = new double[kept.length][kept.length];
            for (int i = 0; i < kept.length; i++) {
                independent[i] = basis[kept[i]];
                for (int j = 0; j <= i; j++) {
                    factor[i][j] = gram[kept[i]][kept[j]];
                }
            }
            basis = kept.length == 0 ? independent : multiply(inverse(factor), independent, doubles);
        }
        return basis;
    }

    /** Leaves the factor in the lower triangle. Returns the rows that do not depend on rows before them. */
    private static int[] choleskyInPlace(double[][] gram) {
        int[] kept = new int[gram.length];
        int size = 0;
        for (int i = 0; i < gram.length; i++) {
            double own = gram[i][i];
            for (int place = 0; place < size; place++) {
                int j = kept[place];
                double sum = gram[i][j];
                for (int before = 0; before < place; before++) {
                    sum -= gram[i][kept[before]] * gram[j][kept[before]];
                }
                gram[i][j] = sum / gram[j][j];
            }
            double rest = own;
            for (int place = 0; place < size; place++) {
                rest -= gram[i][kept[place]] * gram[i][kept[place]];
            }
            if (rest > own * DEPENDENT) {
                gram[i][i] = Math.sqrt(rest);
                kept[size++] = i;
            }
        }
        return Arrays.copyOf(kept, size);
    }

    private static double[][] inverse(double[][] lower) {
        int size = lower.length;
        double[][] inverse = new double[size][size];
        for (int i = 0; i < size; i++) {
            inverse[i][i] = 1 / lower[i][i];
            for (int k = 0; k < i; k++) {
                double factor = lower[i][k] / lower[i][i];
                for (int j = 0; j <= k; j++) {
                    inverse[i][j] -= factor * inverse[k][j];
                }
            }
        }
        return inverse;
    }

    private double[][] gaussian(int rowCount, int columns) {
        double[][] matrix = new double[rowCount][columns];
        for (double[] row : matrix) {
            Arrays.setAll(row, i -> random.nextGaussian());
        }
        return matrix;
    }

    private double[][] multiply(double[][] left, float[][] right) {
        FloatBuffer a =
                MatrixProduct.direct(left.length * right.length, Float.BYTES).asFloatBuffer();
        for (double[] row : left) {
            for (double value : row) {
                a.put((float) value);
            }
        }
        int columns = right[0].length;
        FloatBuffer b =
                MatrixProduct.direct(right.length * columns, Float.BYTES).asFloatBuffer();
        for (float[] row : right) {
            b.put(row);
        }
        FloatBuffer product = floats.multiply(
                a.flip(), new long[] {left.length, right.length}, b.flip(), new long[] {right.length, columns});
        double[][] result = new double[left.length][columns];
        for (double[] row : result) {
            Arrays.setAll(row, i -> product.get());
        }
        return result;
    }

    private static double[][] multiply(double[][] left, double[][] right, MatrixProduct doubles) {
        int columns = right[0].length;
        DoubleBuffer product = doubles.multiply(
                direct(left), new long[] {left.length, right.length}, direct(right), new long[] {right.length, columns
                });
        double[][] result = new double[left.length][columns];
        for (double[] row : result) {
            product.get(row);
        }
        return result;
    }

    private static DoubleBuffer direct(double[][] matrix) {
        DoubleBuffer buffer = MatrixProduct.direct(matrix.length * matrix[0].length, Double.BYTES)
                .asDoubleBuffer();
        for (double[] row : matrix) {
            buffer.put(row);
        }
        return buffer.flip();
    }

    private static double[][] doubled(float[][] matrix) {
        double[][] result = new double[matrix.length][matrix[0].length];
        for (int row = 0; row < result.length; row++) {
            for (int i = 0; i < result[row].length; i++) {
                result[row][i] = matrix[row][i];
            }
        }
        return result;
    }

    private static float[][] transpose(float[][] matrix) {
        float[][] result = new float[matrix[0].length][matrix.length];
        for (int row = 0; row < matrix.length; row++) {
            for (int i = 0; i < result.length; i++) {
                result[i][row] = matrix[row][i];
            }
        }
        return result;
    }

    private static double[][] transpose(double[][] matrix) {
        double[][] result = new double[matrix[0].length][matrix.length];
        for (int row = 0; row < matrix.length; row++) {
            for (int i = 0; i < result.length; i++) {
                result[i][row] = matrix[row][i];
            }
        }
        return result;
    }

    private static double squaredLength(float[] vector) {
        double length = Distances.length(vector);
        return length * length;
    }
}
