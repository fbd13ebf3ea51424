package dev.whence.vectorstore;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * Queries as the second pass takes them, with a lower bound on their distances that no rounding can break.
 *
 * <p>With the query's offset a = q - m from the centre m, the squared distance to a row x is
 *
 * <pre>|q - x|^2 = (|q|^2 - |m|^2) + |x - m|^2 - 2 a.x</pre>
 *
 * The first two terms are summed in double precision, a.x in single precision by a matrix multiplication. Centring the
 * query alone takes the large common part out of the product without a centred copy of the rows. In a cosine collection q
 * and x stand for the vectors at unit length.
 *
 * <p>The product is off by at most gamma(n) |a||x|, the rounding of a to single precision makes n two larger. Terms that
 * underflow add less than 2^-126 each, even where subnormal numbers are flushed to zero. What double precision rounds is
 * bounded the same way, doubled. Overflow shows as a product that is not finite and bounds nothing.
 */
final class QueryBatch {
    private final int size;
    private final FloatBuffer offsets;
    private final double[] bases;
    private final double[] slopes;
    private final double doubleRounding;

    QueryBatch(List<SearchedQuery> queries, float[] centre) {
        size = queries.size();
        int dimension = centre.length;
        offsets = MatrixProduct.direct(size * dimension, Float.BYTES).asFloatBuffer();
        bases = new double[size];
        slopes = new double[size];
        doubleRounding = 2 * Rounding.gamma(dimension + 16, Rounding.DOUBLE);
        double singleRounding = Rounding.gamma(dimension + 2, Rounding.SINGLE);
        double underflow = dimension * 0x1p-123;
        for (int query = 0; query < size; query++) {
            double[] vector = queries.get(query).vector();
            double base = 0;
            double magnitude = 0;
            double squaredOffset = 0;
            for (int i = 0; i < dimension; i++) {
                double offset = vector[i] - centre[i];
                double term = offset * (vector[i] + centre[i]);
                base += term;
                magnitude += Math.abs(term);
                squaredOffset += offset * offset;
                offsets.put(i * size + query, (float) offset);
            }
            double offsetNorm = Math.sqrt(squaredOffset) * (1 + doubleRounding);
            bases[query] = base - doubleRounding * magnitude - underflow * (1 + offsetNorm);
            slopes[query] = 2 * offsetNorm * (singleRounding + 2 * doubleRounding) + underflow;
        }
    }

    int size() {
        return size;
    }

    /** dimension x size, the queries' offsets from the centre as columns. */
    FloatBuffer offsets() {
        return offsets;
    }

    /**
     * What the true squared distance of a query to a row is at least.
     *
     * @param product the matrix multiplication's a.x
     * @param squaredOffset the row's |x - m|^2 as stored
     * @param norm the row's |x| as stored
     * @param scale what the row is multiplied with: 1, or what gives it unit length
     */
    double lowerBound(int query, float product, double squaredOffset, double norm, double scale) {
        double bound = bases[query]
                + squaredOffset * (1 - doubleRounding)
                - 2.0 * product * scale
                - slopes[query] * norm * scale;
        return Math.abs(bound) < Double.POSITIVE_INFINITY ? bound : Double.NEGATIVE_INFINITY;
    }
}
