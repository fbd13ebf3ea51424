package dev.whence.attributor.evaluation;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.QRDecomposition;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * A normal distribution fitted to features, for the Frechet distance between two of them (Dowson and Landau 1982):
 * {@code |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2))}.
 *
 * <p>No root of a matrix is taken. With factors {@code S = F'F} the last trace is the sum of the singular values of {@code F1 F2'},
 * which holds for singular covariances too. So a class may have fewer images than dimensions, and nothing is added to its
 * covariance to make it invertible.
 */
public final class Gaussian {
    private final double[] mean;
    /** F with F'F the covariance; at most as many rows as there are dimensions. */
    private final DMatrixRMaj factor;

    private Gaussian(double[] mean, DMatrixRMaj factor) {
        this.mean = mean;
        this.factor = factor;
    }

    /**
     * Mean and unbiased covariance of the features.
     *
     * @param features {@code [image][dimension]}, at least two images
     * @throws IllegalArgumentException when there are fewer than two images, or numbers that are not finite
     */
    public static Gaussian of(float[][] features) {
        int n = features.length;
        if (n < 2) {
            throw new IllegalArgumentException("A covariance needs at least 2 images, not " + n);
        }
        int dimension = features[0].length;
        double[] mean = new double[dimension];
        for (float[] row : features) {
            for (int j = 0; j < dimension; j++) {
                mean[j] += row[j];
            }
        }
        for (int j = 0; j < dimension; j++) {
            mean[j] /= n;
            if (!Double.isFinite(mean[j])) {
                throw new IllegalArgumentException("Features hold numbers that are not finite: leave those images out");
            }
        }
        DMatrixRMaj rows = new DMatrixRMaj(n, dimension);
        double scale = 1 / Math.sqrt(n - 1.0);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < dimension; j++) {
                rows.set(i, j, scale * (features[i][j] - mean[j]));
            }
        }
        return new Gaussian(mean, n > dimension ? triangle(rows) : rows);
    }

    /** R of rows = QR, and so R'R = rows'rows. EJML answers false for a dimension that never varies, and R is right all the same. */
    private static DMatrixRMaj triangle(DMatrixRMaj rows) {
        QRDecomposition<DMatrixRMaj> decomposition = DecompositionFactory_DDRM.qr(rows.numRows, rows.numCols);
        decomposition.decompose(rows);
        return decomposition.getR(null, true);
    }

    /**
     * Squared, as in the Frechet inception distance; at least 0.
     *
     * @param other of the same dimension
     */
    public double frechetDistance(Gaussian other) {
        double means = 0;
        for (int j = 0; j < mean.length; j++) {
            double difference = mean[j] - other.mean[j];
            means += difference * difference;
        }
        return Math.max(0, means + squares(factor) + squares(other.factor) - 2 * traceOfRoot(other));
    }

    /** tr((S1 S2)^(1/2)). */
    private double traceOfRoot(Gaussian other) {
        DMatrixRMaj product = new DMatrixRMaj(factor.numRows, other.factor.numRows);
        CommonOps_DDRM.multTransB(factor, other.factor, product);
        SingularValueDecomposition_F64<DMatrixRMaj> decomposition =
                DecompositionFactory_DDRM.svd(product.numRows, product.numCols, false, false, true);
        if (!decomposition.decompose(product)) {
            throw new IllegalStateException("The singular values of two covariances did not converge");
        }
        return Arrays.stream(decomposition.getSingularValues())
                .limit(decomposition.numberOfSingularValues())
                .sum();
    }

    /** tr(F'F). */
    private static double squares(DMatrixRMaj factor) {
        return Arrays.stream(factor.data, 0, factor.getNumElements())
                .map(value -> value * value)
                .sum();
    }
}
