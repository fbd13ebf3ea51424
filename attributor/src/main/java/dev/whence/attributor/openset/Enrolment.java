package dev.whence.attributor.openset;

import java.util.Arrays;
import java.util.List;

/**
 * A generator made known by a few of its images, without training: its prototype is the mean of their fingerprints, and an image is its
 * own when it lies nearer to that than to the prototypes of the known sources, by a margin that keeps theirs.
 *
 * <p>Distances are those of linear discriminant analysis: fingerprints are whitened by the covariance within the known sources, which
 * a few images could not tell. The prototype of n images lies off its true place, which makes squared distances to it about
 * dimension/n too long: so far may a known prototype be nearer, where no known fingerprint is that near.
 */
public final class Enrolment {
    private final Known known;
    private final double[] prototype;
    private final double excess;
    private final double margin;

    private Enrolment(Known known, double[] prototype, double excess, double margin) {
        this.known = known;
        this.prototype = prototype;
        this.excess = excess;
        this.margin = margin;
    }

    /** The known sources, ready for any number of enrolments beside them. */
    public static final class Known {
        private final Whitening whitening;
        private final double[][] prototypes;
        private final double[][] whitened;

        public Known(KnownFingerprints fingerprints) {
            whitening = Whitening.of(fingerprints);
            prototypes =
                    Arrays.stream(fingerprints.means()).map(whitening::apply).toArray(double[][]::new);
            whitened = fingerprints.all().map(whitening::apply).toArray(double[][]::new);
        }

        /**
         * Enrols.
         *
         * @param examples fingerprints of images of the new one, at least 1
         * @param loss share of the images of known sources that may be taken for its own, in (0, 1)
         */
        public Enrolment enrol(float[][] examples, double loss) {
            double[] mean = new KnownFingerprints(List.<float[][]>of(examples)).means()[0];
            double[] prototype = whitening.apply(mean);
            double excess = (double) prototype.length / examples.length;
            Enrolment open = new Enrolment(this, prototype, excess, 0);
            double[] scores =
                    Arrays.stream(whitened).mapToDouble(open::score).sorted().toArray();
            double highest = scores[scores.length - 1 - (int) (loss * scores.length)];
            return new Enrolment(this, prototype, excess, Math.max(0, highest));
        }
    }

    /** Whether an image with this fingerprint is the new generator's. */
    public boolean accepts(float[] fingerprint) {
        return score(known.whitening.apply(fingerprint)) > margin;
    }

    /** By how much the prototype is nearer than the nearest known one, in squared deviations. */
    private double score(double[] whitened) {
        double nearest = Arrays.stream(known.prototypes)
                .mapToDouble(other -> NoveltyMethod.squaredDistance(whitened, other))
                .min()
                .orElseThrow();
        return nearest - (NoveltyMethod.squaredDistance(whitened, prototype) - excess);
    }
}
