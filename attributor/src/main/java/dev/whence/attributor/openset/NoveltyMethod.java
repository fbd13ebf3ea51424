package dev.whence.attributor.openset;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/** The ways to score novelty that are compared. Each is fitted to fingerprints of known sources alone. */
public enum NoveltyMethod {
    /** One minus the largest probability (Hendrycks and Gimpel 2017). */
    MAX_PROBABILITY {
        @Override
        public NoveltyScore fit(KnownFingerprints known) {
            return (logits, fingerprint) -> 1 - Math.exp(largest(logits) - logSumExp(logits));
        }
    },

    /** The free energy, minus the logarithm of the summed exponentials of the logits (Liu et al. 2020). */
    ENERGY {
        @Override
        public NoveltyScore fit(KnownFingerprints known) {
            return (logits, fingerprint) -> -logSumExp(logits);
        }
    },

    /** Squared Mahalanobis distance to the nearest class mean, the covariance within classes shared (Lee et al. 2018). */
    MAHALANOBIS {
        @Override
        public NoveltyScore fit(KnownFingerprints known) {
            Whitening whitening = Whitening.of(known);
            double[][] whitened =
                    Arrays.stream(known.means()).map(whitening::apply).toArray(double[][]::new);
            return (logits, fingerprint) -> {
                double[] mine = whitening.apply(fingerprint);
                return Arrays.stream(whitened)
                        .mapToDouble(mean -> squaredDistance(mine, mean))
                        .min()
                        .orElseThrow();
            };
        }
    },

    /** Distance to the k-th nearest known fingerprint, all at unit length (Sun et al. 2022). */
    NEAREST_FINGERPRINT {
        @Override
        public NoveltyScore fit(KnownFingerprints known) {
            double[][] components =
                    transposed(known.all().map(NoveltyMethod::unit).toList());
            int k = Math.min(NEIGHBOURS, components[0].length);
            return (logits, fingerprint) -> {
                double[] nearest = new double[k];
                Arrays.fill(nearest, Double.POSITIVE_INFINITY);
                for (double distance : squaredDistances(unit(fingerprint), components)) {
                    int place = k;
                    while (place > 0 && nearest[place - 1] > distance) {
                        place--;
                    }
                    if (place < k) {
                        System.arraycopy(nearest, place, nearest, place + 1, k - place - 1);
                        nearest[place] = distance;
                    }
                }
                return Math.sqrt(nearest[k - 1]);
            };
        }
    },

    /**
     * Share of a fingerprint that the principal subspace of no class reconstructs: the least of the classes' residuals,
     * each relative to the mean residual of that class's own images.
     */
    SUBSPACE {
        @Override
        public NoveltyScore fit(KnownFingerprints known) {
            List<float[][]> byClass = known.byClass();
            double[][] means = known.means();
            double[][][] bases = new double[means.length][][];
            double[] usual = new double[means.length];
            for (int i = 0; i < means.length; i++) {
                bases[i] = principalAxes(Whitening.centred(byClass.get(i), means[i]));
                double[] mean = means[i];
                double[][] basis = bases[i];
                usual[i] = Math.max(
                        Arrays.stream(byClass.get(i))
                                .mapToDouble(row -> residual(widened(row), mean, basis))
                                .average()
                                .orElseThrow(),
                        Double.MIN_NORMAL);
            }
            return (logits, fingerprint) -> {
                double[] mine = widened(fingerprint);
                double least = Double.POSITIVE_INFINITY;
                for (int i = 0; i < means.length; i++) {
                    least = Math.min(least, residual(mine, means[i], bases[i]) / usual[i]);
                }
                return least;
            };
        }
    };

    /** What generators left out of training spoke for (docs/decisions.md). */
    public static final NoveltyMethod DEFAULT = NEAREST_FINGERPRINT;

    private static final int NEIGHBOURS = 10;
    /** Share of a class's variance that its subspace keeps. */
    private static final double KEPT = 0.8;

    /** Whether the score is one of the fingerprint, and not of the logits. */
    public boolean readsFingerprint() {
        return this != MAX_PROBABILITY && this != ENERGY;
    }

    /** Fits the score to known sources. */
    public abstract NoveltyScore fit(KnownFingerprints known);

    /**
     * The score that the stated share of the held-out images lies above, each scored as if it were not known: it is left out, with a fifth of
     * the others, of what the score is fitted to.
     *
     * @param known some held out
     * @param rate in (0, 1)
     * @throws IllegalArgumentException when the score is not one of the fingerprint
     */
    public double threshold(KnownFingerprints known, double rate) {
        if (!readsFingerprint()) {
            throw new IllegalArgumentException("The score %s is not one of fingerprints".formatted(label()));
        }
        double[] scores = IntStream.range(0, KnownFingerprints.FOLDS)
                .boxed()
                .flatMapToDouble(fold -> {
                    NoveltyScore score = fit(known.without(fold));
                    return known.fold(fold).mapToDouble(fingerprint -> score.of(new float[0], fingerprint));
                })
                .sorted()
                .toArray();
        return scores[scores.length - 1 - (int) (rate * scores.length)];
    }

    /** Euclidean distance to the nearest class prototype: the score of bundles that describe none. */
    public static NoveltyScore nearestPrototype(float[][] prototypes) {
        double[][] wide = Arrays.stream(prototypes).map(NoveltyMethod::widened).toArray(double[][]::new);
        return (logits, fingerprint) -> {
            double[] mine = widened(fingerprint);
            return Math.sqrt(Arrays.stream(wide)
                    .mapToDouble(prototype -> squaredDistance(mine, prototype))
                    .min()
                    .orElseThrow());
        };
    }

    /** As a bundle writes it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException when there is no method of that label */
    public static NoveltyMethod labelled(String label) {
        return Arrays.stream(values())
                .filter(method -> method.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no novelty score %s: name one of %s"
                        .formatted(
                                label,
                                Arrays.stream(values())
                                        .map(NoveltyMethod::label)
                                        .collect(Collectors.joining(", ")))));
    }

    private static float largest(float[] logits) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        return largest;
    }

    private static double logSumExp(float[] logits) {
        float largest = largest(logits);
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return largest + Math.log(sum);
    }

    static double[] widened(float[] vector) {
        double[] wide = new double[vector.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = vector[i];
        }
        return wide;
    }

    private static double[] unit(float[] vector) {
        double[] wide = widened(vector);
        double sum = 0;
        for (double component : wide) {
            sum += component * component;
        }
        double scale = sum > 0 ? 1 / Math.sqrt(sum) : 0;
        for (int i = 0; i < wide.length; i++) {
            wide[i] *= scale;
        }
        return wide;
    }

    static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = a[i] - b[i];
            sum += difference * difference;
        }
        return sum;
    }

    /**
     * The squared distances of a vector to many. Component by component over all of them, since the JVM vectorizes that, and a sum over
     * the components of one it does not.
     *
     * @param components row i holds the i-th component of each
     */
    private static double[] squaredDistances(double[] vector, double[][] components) {
        double[] sums = new double[components[0].length];
        for (int i = 0; i < vector.length; i++) {
            add(vector[i], components[i], sums);
        }
        return sums;
    }

    private static void add(double component, double[] others, double[] sums) {
        for (int j = 0; j < sums.length; j++) {
            double difference = component - others[j];
            sums[j] += difference * difference;
        }
    }

    private static double[][] transposed(List<double[]> rows) {
        double[][] columns = new double[rows.get(0).length][rows.size()];
        for (int j = 0; j < rows.size(); j++) {
            for (int i = 0; i < columns.length; i++) {
                columns[i][j] = rows.get(j)[i];
            }
        }
        return columns;
    }

    /** The fewest leading ones that keep the wanted share of the variance. */
    private static double[][] principalAxes(DMatrixRMaj centred) {
        SingularValueDecomposition_F64<DMatrixRMaj> svd =
                DecompositionFactory_DDRM.svd(centred.numRows, centred.numCols, false, true, true);
        if (!svd.decompose(centred.copy())) {
            throw new ArithmeticException("The principal axes of the fingerprints did not converge");
        }
        DMatrixRMaj axes = svd.getV(null, true);
        double[] values = svd.getSingularValues();
        SingularOps_DDRM.descendingOrder(null, false, values, svd.numberOfSingularValues(), axes, true);
        double total = 0;
        for (int i = 0; i < svd.numberOfSingularValues(); i++) {
            total += values[i] * values[i];
        }
        int count = 0;
        double kept = 0;
        while (count < svd.numberOfSingularValues() && kept < KEPT * total) {
            kept += values[count] * values[count];
            count++;
        }
        return Arrays.copyOf(Whitening.rows(axes), count);
    }

    private static double residual(double[] fingerprint, double[] mean, double[][] basis) {
        double length = squaredDistance(fingerprint, mean);
        double reached = 0;
        for (double[] axis : basis) {
            double product = 0;
            for (int i = 0; i < axis.length; i++) {
                product += axis[i] * (fingerprint[i] - mean[i]);
            }
            reached += product * product;
        }
        return Math.sqrt(Math.max(0, length - reached));
    }
}
