package dev.whence.attributor.study;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.mult.VectorVectorMult_DDRM;

/**
 * Multinomial logistic regression on standardised features, every class of the same weight whatever its size, with the penalty that
 * scikit-learn has by default (C = 1):
 *
 * <pre>  sum over images of n / (classes * size of the class) * cross-entropy  +  |W|^2 / 2</pre>
 *
 * without a penalty on the intercepts. The minimum is unique but for what all intercepts share, and is found to a gradient of
 * {@value #TOLERANCE} an image by limited-memory BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.4), begun with the curvature
 * that the loss has at zero: neighbouring features are strongly correlated.
 */
final class LogisticRegression {
    private static final double TOLERANCE = 1e-6;
    private static final int MOST_ITERATIONS = 1000;
    private static final int MEMORY = 10;
    /** Share of the decrease that the slope promises which a step must keep. */
    private static final double SUFFICIENT = 1e-4;

    private final double[] means;
    private final double[] scales;
    /** (features + 1) x classes; the last row holds the intercepts. */
    private final DMatrixRMaj weights;

    private LogisticRegression(double[] means, double[] scales, DMatrixRMaj weights) {
        this.means = means;
        this.scales = scales;
        this.weights = weights;
    }

    /**
     * Fits.
     *
     * @param features {@code [image][feature]}
     * @param labels class of each image, from 0, every class with an image
     */
    static LogisticRegression fit(float[][] features, int[] labels) {
        int[] sizes = ClassSizes.of(labels, features.length);
        int dimension = features[0].length;
        double[] means = new double[dimension];
        double[] scales = new double[dimension];
        for (int j = 0; j < dimension; j++) {
            double sum = 0;
            for (float[] row : features) {
                sum += row[j];
            }
            means[j] = sum / features.length;
            double squares = 0;
            for (float[] row : features) {
                squares += (row[j] - means[j]) * (row[j] - means[j]);
            }
            // What never varies says nothing: it is zero for all training images.
            scales[j] = squares == 0 ? 1 : 1 / Math.sqrt(squares / features.length);
        }
        DMatrixRMaj weights = new DMatrixRMaj(dimension + 1, sizes.length);
        LogisticRegression regression = new LogisticRegression(means, scales, weights);
        new Fit(regression.standardised(features), labels, sizes).minimise(weights);
        return regression;
    }

    /** @return {@code [image][class]}, each row summing to 1 */
    float[][] probabilities(float[][] features) {
        DMatrixRMaj logits = new DMatrixRMaj(features.length, weights.numCols);
        CommonOps_DDRM.mult(standardised(features), weights, logits);
        float[][] result = new float[features.length][weights.numCols];
        for (int i = 0; i < result.length; i++) {
            int row = i * weights.numCols;
            softmax(logits.data, row, weights.numCols);
            for (int c = 0; c < weights.numCols; c++) {
                result[i][c] = (float) logits.data[row + c];
            }
        }
        return result;
    }

    /** With a last column of ones. */
    private DMatrixRMaj standardised(float[][] features) {
        DMatrixRMaj result = new DMatrixRMaj(features.length, means.length + 1);
        for (int i = 0; i < features.length; i++) {
            for (int j = 0; j < means.length; j++) {
                result.set(i, j, (features[i][j] - means[j]) * scales[j]);
            }
            result.set(i, means.length, 1);
        }
        return result;
    }

    /** Turns logits into probabilities where they are; returns the logarithm of the sum of their exponentials. */
    private static double softmax(double[] logits, int from, int classes) {
        double most = Double.NEGATIVE_INFINITY;
        for (int c = from; c < from + classes; c++) {
            most = Math.max(most, logits[c]);
        }
        double sum = 0;
        for (int c = from; c < from + classes; c++) {
            logits[c] = Math.exp(logits[c] - most);
            sum += logits[c];
        }
        for (int c = from; c < from + classes; c++) {
            logits[c] /= sum;
        }
        return most + Math.log(sum);
    }

    /** The objective above, divided by the number of images. */
    private static final class Fit {
        private final DMatrixRMaj images;
        private final int[] labels;
        /** Weight of an image of each class. */
        private final double[] shares;

        private final int classes;
        private final double penalty;
        private final DMatrixRMaj logits;

        /** A step of the weights, and what it did to the gradient. */
        private record Update(DMatrixRMaj step, DMatrixRMaj change, double product) {}

        Fit(DMatrixRMaj images, int[] labels, int[] sizes) {
            this.images = images;
            this.labels = labels;
            this.classes = sizes.length;
            this.shares = new double[classes];
            for (int c = 0; c < classes; c++) {
                shares[c] = 1.0 / (classes * (double) sizes[c]);
            }
            this.penalty = 1.0 / labels.length;
            this.logits = new DMatrixRMaj(labels.length, classes);
        }

        void minimise(DMatrixRMaj weights) {
            DMatrixRMaj inverse = inverseCurvature();
            Deque<Update> updates = new ArrayDeque<>();
            DMatrixRMaj gradient = new DMatrixRMaj(weights.numRows, classes);
            double loss = loss(weights, gradient);
            for (int i = 0; i < MOST_ITERATIONS && CommonOps_DDRM.elementMaxAbs(gradient) > TOLERANCE; i++) {
                DMatrixRMaj step = direction(gradient, inverse, updates);
                double slope = VectorVectorMult_DDRM.innerProd(step, gradient);
                DMatrixRMaj next = new DMatrixRMaj(weights.numRows, classes);
                DMatrixRMaj change = new DMatrixRMaj(weights.numRows, classes);
                double length = 1;
                CommonOps_DDRM.add(weights, step, next);
                double nextLoss = loss(next, change);
                while (nextLoss > loss + SUFFICIENT * length * slope) {
                    length /= 2;
                    if (length < 1e-10) {
                        return; // Rounding hides what is left of the slope.
                    }
                    CommonOps_DDRM.add(weights, length, step, next);
                    nextLoss = loss(next, change);
                }
                weights.setTo(next);
                loss = nextLoss;
                CommonOps_DDRM.scale(length, step);
                DMatrixRMaj nextGradient = change.copy();
                CommonOps_DDRM.subtractEquals(change, gradient);
                gradient = nextGradient;
                double product = VectorVectorMult_DDRM.innerProd(step, change);
                if (product > 0) {
                    updates.addFirst(new Update(step, change, product));
                    if (updates.size() > MEMORY) {
                        updates.removeLast();
                    }
                }
            }
        }

        /** Writes the gradient, returns the loss. */
        private double loss(DMatrixRMaj weights, DMatrixRMaj gradient) {
            CommonOps_DDRM.mult(images, weights, logits);
            double loss = 0;
            for (int i = 0; i < labels.length; i++) {
                int row = i * classes;
                double share = shares[labels[i]];
                double own = logits.data[row + labels[i]];
                loss += share * (softmax(logits.data, row, classes) - own);
                logits.data[row + labels[i]] -= 1;
                for (int c = row; c < row + classes; c++) {
                    logits.data[c] *= share;
                }
            }
            CommonOps_DDRM.multTransA(images, logits, gradient);
            for (int j = 0; j < (weights.numRows - 1) * classes; j++) {
                loss += penalty / 2 * weights.data[j] * weights.data[j];
                gradient.data[j] += penalty * weights.data[j];
            }
            return loss;
        }

        /** Of the loss at zero, as far as it concerns the weights of one class. */
        private DMatrixRMaj inverseCurvature() {
            DMatrixRMaj weighted = images.copy();
            for (int i = 0; i < labels.length; i++) {
                double factor = shares[labels[i]] * (classes - 1) / ((double) classes * classes);
                for (int j = i * images.numCols; j < (i + 1) * images.numCols; j++) {
                    weighted.data[j] *= factor;
                }
            }
            DMatrixRMaj curvature = new DMatrixRMaj(images.numCols, images.numCols);
            CommonOps_DDRM.multTransA(images, weighted, curvature);
            for (int j = 0; j < images.numCols; j++) {
                curvature.add(j, j, penalty);
            }
            if (!CommonOps_DDRM.invert(curvature)) {
                throw new IllegalArgumentException("Features hold numbers that are not finite: leave those images out");
            }
            return curvature;
        }

        private static DMatrixRMaj direction(DMatrixRMaj gradient, DMatrixRMaj inverse, Deque<Update> updates) {
            DMatrixRMaj rest = gradient.copy();
            double[] parts = new double[updates.size()];
            int i = 0;
            for (Update update : updates) {
                parts[i] = VectorVectorMult_DDRM.innerProd(update.step, rest) / update.product;
                CommonOps_DDRM.addEquals(rest, -parts[i++], update.change);
            }
            DMatrixRMaj direction = new DMatrixRMaj(rest.numRows, rest.numCols);
            CommonOps_DDRM.mult(inverse, rest, direction);
            for (Iterator<Update> oldest = updates.descendingIterator(); oldest.hasNext(); ) {
                Update update = oldest.next();
                double part = VectorVectorMult_DDRM.innerProd(update.change, direction) / update.product;
                CommonOps_DDRM.addEquals(direction, parts[--i] - part, update.step);
            }
            CommonOps_DDRM.changeSign(direction);
            return direction;
        }
    }
}
