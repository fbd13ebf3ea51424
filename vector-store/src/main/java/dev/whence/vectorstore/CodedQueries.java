package dev.whence.vectorstore;

import java.nio.ByteBuffer;
import java.util.List;

/** A batch of queries as the first pass takes it: what each knows of its lower bounds, the codes as one matrix. */
final class CodedQueries {
    private static final int MAX_STEP = MatrixProduct.ZERO_POINT - 1;

    private final ByteBuffer codes;
    private final long[] shape;
    private final double[] halfSquaredLengths;
    private final double[] scales;
    private final double[] errors;
    private final double[] reaches;
    private final double[] rests;

    CodedQueries(List<SearchedQuery> queries, SearchProjection projection, MatrixProduct floats) {
        int size = queries.size();
        int axes = projection.axes();
        codes = MatrixProduct.direct(size * axes, Byte.BYTES);
        shape = new long[] {size, axes};
        halfSquaredLengths = new double[size];
        scales = new double[size];
        errors = new double[size];
        reaches = new double[size];
        rests = new double[size];
        double[][] offsets = new double[size][];
        for (int query = 0; query < size; query++) {
            offsets[query] = projection.offset(queries.get(query).vector());
        }
        double[][] coordinates = projection.project(offsets, floats);
        double skew = projection.deviation() / (1 - projection.deviation());
        double down = 1 - lengthRounding(projection.dimension());
        for (int query = 0; query < size; query++) {
            double squaredLength = Distances.squaredLength(offsets[query]);
            Code code = Code.of(coordinates[query], squaredLength, MAX_STEP, projection);
            for (byte step : code.steps()) {
                codes.put((byte) (step + MatrixProduct.ZERO_POINT));
            }
            halfSquaredLengths[query] = squaredLength * down / 2;
            scales[query] = code.scale();
            errors[query] = code.error() + skew * code.reach();
            reaches[query] = code.reach() * (1 + skew);
            rests[query] = code.rest();
        }
        codes.flip();
    }

    /** Relative error of the squared lengths, and of all else that a lower bound is summed from. */
    static double lengthRounding(int dimension) {
        return Rounding.gamma(8L * (dimension + 16), Rounding.DOUBLE);
    }

    /** size x axes */
    ByteBuffer codes() {
        return codes;
    }

    long[] shape() {
        return shape;
    }

    int size() {
        return scales.length;
    }

    /** Half of |v|^2, rounded down. */
    double halfSquaredLength(int query) {
        return halfSquaredLengths[query];
    }

    double scale(int query) {
        return scales[query];
    }

    /** What the length of a row's code is multiplied with. */
    double error(int query) {
        return errors[query];
    }

    /** What the error of a row's code is multiplied with. */
    double reach(int query) {
        return reaches[query];
    }

    double rest(int query) {
        return rests[query];
    }

    /**
     * What the true squared distance of a query to a row is at least: see {@link Code}.
     *
     * @param product of the two codes, the query's as it lies in the matrix
     * @param sum of the row's steps
     * @param halfSquaredLength half of the row's |w|^2, rounded down as the query's is
     */
    double lowerBound(
            int query,
            int product,
            double sum,
            double halfSquaredLength,
            double scale,
            double length,
            double error,
            double rest) {
        double most = scales[query] * scale * (product - MatrixProduct.ZERO_POINT * sum)
                + errors[query] * length
                + reaches[query] * error
                + rests[query] * rest;
        return 2 * (halfSquaredLengths[query] + halfSquaredLength - most);
    }
}
