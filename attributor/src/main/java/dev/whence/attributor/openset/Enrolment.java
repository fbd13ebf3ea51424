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
    private final Whitening whitening;
    private final double[][] known;
    private final double[] prototype;
    private final double excess;
    private final double margin;

    private Enrolment(Whitening whitening, double[][] known, double[] prototype, double excess, double margin) {
        this.whitening = whitening;
        this.known = known;
        this.prototype = prototype;
        this.excess = excess;
        this.margin = margin;
    }

    /**
     * Enrols.
     *
     * @param known fingerprints of the known sources
     * @param examples fingerprints of images of the new one, at least 1
     * @param loss share of the images of known sources that may be taken for its own, in (0, 1)
     */
    public static Enrolment of(KnownFingerprints known, float[][] examples, double loss) {
        Whitening whitening = Whitening.of(known);
        double[][] prototypes =
                Arrays.stream(known.means()).map(whitening::apply).toArray(double[][]::new);
        double[] prototype = whitening.apply(new KnownFingerprints(List.<float[][]>of(examples)).means()[0]);
        double excess = (double) prototype.length / examples.length;
        Enrolment open = new Enrolment(whitening, prototypes, prototype, excess, 0);
        double[] scores = known.all().mapToDouble(open::score).sorted().toArray();
        double highest = scores[scores.length - 1 - (int) (loss * scores.length)];
        return new Enrolment(whitening, prototypes, prototype, excess, Math.max(0, highest));
    }

    /** Whether an image with this fingerprint is the new generator's. */
    public boolean accepts(float[] fingerprint) {
        return score(fingerprint) > margin;
    }

    /** By how much the prototype is nearer than the nearest known one, in squared deviations. */
    private double score(float[] fingerprint) {
        double[] mine = whitening.apply(fingerprint);
        double nearest = Arrays.stream(known)
                .mapToDouble(other -> squaredDistance(mine, other))
                .min()
                .orElseThrow();
        return nearest - (squaredDistance(mine, prototype) - excess);
    }

    private static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }
}
