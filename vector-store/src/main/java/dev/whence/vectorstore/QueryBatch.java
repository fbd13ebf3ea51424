package dev.whence.vectorstore;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Queries made ready for the first pass, with a lower bound on their distances that no rounding can break.
 *
 * <p>With the query's offset a = q - m from the centre m, the squared distance to a row x is
 *
 * <pre>|q - x|^2 = (|q|^2 - |m|^2) + |x - m|^2 - 2 a.x</pre>
 *
 * The first two terms are summed in double precision, a.x in single precision by a matrix multiplication. Centring the
 * query alone takes the large common part out of the product without a centred copy of the rows.
 *
 * <p>Rounding (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1): a product of n terms
 * summed in any order, fused or not, is off by at most gamma(n) |a||x| with gamma(n) = n u / (1 - n u), u = 2^-24; the
 * rounding of a to single precision makes n two larger. Terms that underflow add less than 2^-126 each, even where
 * subnormal numbers are flushed to zero. What double precision rounds is bounded the same way with u = 2^-53, doubled.
 * Overflow shows as a product that is not finite and bounds nothing.
 */
final class QueryBatch {
    private final List<float[]> vectors;
    private final List<Sha256> sha256s;
    private final FloatBuffer offsets;
    private final double[] bases;
    private final double[] slopes;
    private final double doubleRounding;

    QueryBatch(List<float[]> vectors, List<Sha256> sha256s, float[] centre) {
        this.vectors = vectors;
        this.sha256s = sha256s;
        int size = vectors.size();
        int dimension = centre.length;
        this.offsets = ByteBuffer.allocateDirect(Math.multiplyExact(4 * size, dimension))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        this.bases = new double[size];
        this.slopes = new double[size];
        this.doubleRounding = 2 * gamma(dimension + 16, 0x1p-53);
        double singleRounding = gamma(dimension + 2, 0x1p-24);
        double underflow = dimension * 0x1p-123;
        for (int query = 0; query < size; query++) {
            float[] vector = vectors.get(query);
            double base = 0;
            double magnitude = 0;
            double squaredOffset = 0;
            for (int i = 0; i < dimension; i++) {
                double offset = (double) vector[i] - centre[i];
                double term = offset * ((double) vector[i] + centre[i]);
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
        return vectors.size();
    }

    float[] vector(int query) {
        return vectors.get(query);
    }

    Sha256 sha256(int query) {
        return sha256s.get(query);
    }

    /** dimension x size, the queries' offsets from the centre as columns. */
    FloatBuffer offsets() {
        return offsets;
    }

    /** The batch of these queries alone. */
    QueryBatch only(int[] queries, float[] centre) {
        List<float[]> chosen = Arrays.stream(queries).mapToObj(vectors::get).toList();
        List<Sha256> theirs = Arrays.stream(queries).mapToObj(sha256s::get).toList();
        return new QueryBatch(chosen, theirs, centre);
    }

    /**
     * What the true squared distance of a query to a row is at least.
     *
     * @param product the first pass's a.x
     * @param centredSquaredNorm the row's |x - m|^2 as stored
     * @param norm the row's |x| as stored
     */
    double lowerBound(int query, float product, double centredSquaredNorm, double norm) {
        double bound = bases[query] + centredSquaredNorm * (1 - doubleRounding) - 2.0 * product - slopes[query] * norm;
        return Math.abs(bound) < Double.POSITIVE_INFINITY ? bound : Double.NEGATIVE_INFINITY;
    }

    /** Whether a row with this lower bound is certainly farther than a distance summed in double precision. */
    boolean isBeyond(double lowerBound, double squaredDistance) {
        return lowerBound > squaredDistance * (1 + 2 * doubleRounding);
    }

    private static double gamma(int terms, double unit) {
        return terms * unit / (1 - terms * unit);
    }
}
