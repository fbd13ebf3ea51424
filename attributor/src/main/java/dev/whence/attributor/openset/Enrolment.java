package dev.whence.attributor.openset;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A generator made known by a few of its images, without training: its prototype is the mean of their fingerprints, and an image is its
 * own when it lies nearer to that than to the prototypes of the known sources, by a margin that keeps theirs.
 *
 * <p>Distances are those of linear discriminant analysis: fingerprints are whitened by the covariance within the known sources, which
 * a few images could not tell. The prototype of n images lies off its true place, which makes squared distances to it about
 * dimension/n too long: so far may a known prototype be nearer, where no known fingerprint is that near. The margin is set on known images that
 * the covariance and the known prototypes are not of.
 */
public final class Enrolment {
    /** Beyond it exponentials are 0 or 1 to the last digit. */
    private static final double MOST_LOG_ODDS = 30;

    private final Sources sources;
    private final double[] prototype;
    private final double excess;
    private final double margin;

    private Enrolment(Sources sources, double[] prototype, double excess, double margin) {
        this.sources = sources;
        this.prototype = prototype;
        this.excess = excess;
        this.margin = margin;
    }

    /** The known sources, ready for any number of enrolments beside them. */
    public static final class Known {
        private final Sources all;
        private final List<HeldOut> folds;

        /** @param fingerprints some held out */
        public Known(KnownFingerprints fingerprints) {
            all = Sources.of(fingerprints);
            folds = IntStream.range(0, KnownFingerprints.FOLDS)
                    .mapToObj(fold -> HeldOut.of(fingerprints, fold))
                    .toList();
        }

        /**
         * Enrols.
         *
         * @param mean of the fingerprints of images of the new one
         * @param images how many those were, at least 1
         * @param loss share of the images of known sources that may be taken for its own, in (0, 1)
         * @throws IllegalArgumentException when there were none
         */
        public Enrolment enrol(float[] mean, int images, double loss) {
            if (images < 1) {
                throw new IllegalArgumentException("A generator is enrolled by at least 1 image, not " + images);
            }
            double[] scores = folds.stream()
                    .flatMapToDouble(fold -> {
                        Enrolment open = open(fold.sources, mean, images);
                        return Arrays.stream(fold.whitened).mapToDouble(open::score);
                    })
                    .sorted()
                    .toArray();
            double highest = scores[scores.length - 1 - (int) (loss * scores.length)];
            Enrolment open = open(all, mean, images);
            return new Enrolment(all, open.prototype, open.excess, Math.max(0, highest));
        }

        private static Enrolment open(Sources sources, float[] mean, int images) {
            return new Enrolment(sources, sources.whitening.apply(mean), (double) mean.length / images, 0);
        }
    }

    /** @param prototypes of the known sources, whitened */
    private record Sources(Whitening whitening, double[][] prototypes) {
        static Sources of(KnownFingerprints fingerprints) {
            Whitening whitening = Whitening.of(fingerprints);
            return new Sources(
                    whitening,
                    Arrays.stream(fingerprints.means()).map(whitening::apply).toArray(double[][]::new));
        }
    }

    /**
     * Known images as others meet them.
     *
     * @param sources by all other images
     * @param whitened these images
     */
    private record HeldOut(Sources sources, double[][] whitened) {
        static HeldOut of(KnownFingerprints fingerprints, int fold) {
            Sources sources = Sources.of(fingerprints.without(fold));
            return new HeldOut(
                    sources,
                    fingerprints.fold(fold).map(sources.whitening::apply).toArray(double[][]::new));
        }
    }

    /** Whether an image with this fingerprint is the new generator's. */
    public boolean accepts(float[] fingerprint) {
        return logOdds(fingerprint) > 0;
    }

    /**
     * What each of several enrolled generators has of the probability, all known sources together having the rest; the first with more than
     * half is accepted.
     *
     * @return for each enrolment, in (0, 1); their sum is below 1
     */
    public static double[] shares(List<Enrolment> enrolments, float[] fingerprint) {
        double[] odds = enrolments.stream()
                .mapToDouble(enrolment ->
                        Math.exp(Math.max(-MOST_LOG_ODDS, Math.min(MOST_LOG_ODDS, enrolment.logOdds(fingerprint)))))
                .toArray();
        double sum = 1 + Arrays.stream(odds).sum();
        return Arrays.stream(odds).map(odd -> odd / sum).toArray();
    }

    /** Of Gaussians with the shared covariance, against the nearest known source, and moved so that the margin is at 0. */
    private double logOdds(float[] fingerprint) {
        return (score(sources.whitening.apply(fingerprint)) - margin) / 2;
    }

    /** By how much the prototype is nearer than the nearest known one, in squared deviations. */
    private double score(double[] whitened) {
        double nearest = Arrays.stream(sources.prototypes)
                .mapToDouble(other -> NoveltyMethod.squaredDistance(whitened, other))
                .min()
                .orElseThrow();
        return nearest - (NoveltyMethod.squaredDistance(whitened, prototype) - excess);
    }
}
