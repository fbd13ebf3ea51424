package dev.whence.attributor.openset;

import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;

/** A linear map after which the images of a class spread alike in every direction: the covariance within classes, shared, is one. */
final class Whitening {
    private static final double SHRINKAGE = 0.1;

    private final double[][] lower;

    /** @param covariance symmetric; a tenth of its mean variance is added to each, since a few hundred images say little of some */
    private Whitening(DMatrixRMaj covariance) {
        int dimension = covariance.numRows;
        double ridge = Math.max(SHRINKAGE * CommonOps_DDRM.trace(covariance) / dimension, Double.MIN_NORMAL);
        for (int i = 0; i < dimension; i++) {
            covariance.add(i, i, ridge);
        }
        CholeskyDecomposition_F64<DMatrixRMaj> cholesky = DecompositionFactory_DDRM.chol(dimension, true);
        if (!cholesky.decompose(covariance)) {
            throw new ArithmeticException("The covariance of the fingerprints is not positive definite");
        }
        lower = rows(cholesky.getT(null));
    }

    static Whitening of(KnownFingerprints known) {
        List<float[][]> byClass = known.byClass();
        double[][] means = known.means();
        DMatrixRMaj covariance = new DMatrixRMaj(known.dimension(), known.dimension());
        int images = 0;
        for (int c = 0; c < means.length; c++) {
            DMatrixRMaj centred = centred(byClass.get(c), means[c]);
            CommonOps_DDRM.multAddTransA(centred, centred, covariance);
            images += centred.numRows;
        }
        CommonOps_DDRM.scale(1.0 / images, covariance);
        return new Whitening(covariance);
    }

    double[] apply(float[] fingerprint) {
        return apply(NoveltyMethod.widened(fingerprint));
    }

    /** Solves Lx = fingerprint. */
    double[] apply(double[] fingerprint) {
        double[] x = new double[fingerprint.length];
        for (int i = 0; i < x.length; i++) {
            double sum = fingerprint[i];
            for (int j = 0; j < i; j++) {
                sum -= lower[i][j] * x[j];
            }
            x[i] = sum / lower[i][i];
        }
        return x;
    }

    static DMatrixRMaj centred(float[][] rows, double[] mean) {
        DMatrixRMaj matrix = new DMatrixRMaj(rows.length, mean.length);
        for (int row = 0; row < rows.length; row++) {
            for (int i = 0; i < mean.length; i++) {
                matrix.set(row, i, rows[row][i] - mean[i]);
            }
        }
        return matrix;
    }

    static double[][] rows(DMatrixRMaj matrix) {
        double[][] rows = new double[matrix.numRows][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(matrix.data, row * matrix.numCols, (row + 1) * matrix.numCols);
        }
        return rows;
    }
}
