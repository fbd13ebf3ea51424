package dev.whence.attributor.study;

import dev.whence.attributor.CanonicalImage;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A linear classifier of azimuthally averaged log power spectra (Durall, Keuper and Keuper, "Watch your up-convolution", CVPR 2020), theirs
 * of real and fake, this one of many classes. Features are the spectra, scores probabilities under equal shares of the classes.
 */
final class SpectrumBaseline implements Baseline {
    private final RadialSpectrum spectrum;
    private final LogisticRegression classifier;

    private SpectrumBaseline(RadialSpectrum spectrum, LogisticRegression classifier) {
        this.spectrum = spectrum;
        this.classifier = classifier;
    }

    /**
     * Fits.
     *
     * @param images of one size, which is even
     * @param labels class of each, from 0, every class with an image
     */
    public static SpectrumBaseline fit(List<CanonicalImage> images, int[] labels) {
        ClassSizes.of(labels, images.size());
        RadialSpectrum spectrum = new RadialSpectrum(images.get(0).size());
        return new SpectrumBaseline(spectrum, LogisticRegression.fit(spectra(spectrum, images), labels));
    }

    /** Probabilities. */
    @Override
    public float[][] scores(List<CanonicalImage> images) {
        return classifier.probabilities(features(images));
    }

    /** Natural logarithms of power at 0, 1, ... cycles an image, up to round(size / sqrt 2). */
    @Override
    public float[][] features(List<CanonicalImage> images) {
        return spectra(spectrum, images);
    }

    private static float[][] spectra(RadialSpectrum spectrum, List<CanonicalImage> images) {
        return IntStream.range(0, images.size())
                .parallel()
                .mapToObj(i -> spectrum.of(images.get(i)))
                .toArray(float[][]::new);
    }
}
