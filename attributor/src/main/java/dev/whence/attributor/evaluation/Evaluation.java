package dev.whence.attributor.evaluation;

import dev.whence.attributor.Verdict;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Attributions measured against the truth. Everything but {@code unknown} is about images whose source is a class of the bundle.
 *
 * @param images images of known sources
 * @param confusion what was predicted for each true class, and the accuracies that follow from it
 * @param calibration whether probabilities mean what they say
 * @param negativeLogLikelihood mean of -ln p(true class), p at least {@value #LEAST_PROBABILITY}; NaN without images
 * @param verdicts images by verdict
 * @param answered how often there was an answer at all, and how often that was right
 * @param meanNovelty mean novelty score; NaN without images
 * @param fingerprints how far apart the fingerprints of the classes lie; classes with fewer than
 *     {@value FrechetDistanceRatio#LEAST_IMAGES} images are in neither distance
 * @param unknown images of sources that are no class of the bundle
 */
public record Evaluation(
        int images,
        ConfusionMatrix confusion,
        Calibration calibration,
        double negativeLogLikelihood,
        Map<Verdict, Integer> verdicts,
        Answered answered,
        double meanNovelty,
        FrechetDistanceRatio fingerprints,
        UnknownSources unknown) {

    private static final long SEED = 1;

    static final double LEAST_PROBABILITY = 1e-15;

    /**
     * @param share of images with another verdict than {@link Verdict#UNSURE}; NaN without images
     * @param accuracy share of those that named the true class, where {@link Verdict#NEW_GENERATOR} names none; NaN where none was answered
     */
    public record Answered(double share, double accuracy) {}

    /**
     * Measures.
     *
     * @param classes the classes of the bundle, in the order in which the report shows them
     * @param attributions images in any order, of known and unknown sources
     * @throws IllegalArgumentException when an attribution names classes that are not among {@code classes}, or lacks some
     */
    public static Evaluation of(List<String> classes, List<LabelledAttribution> attributions) {
        List<LabelledAttribution> known = attributions.stream()
                .filter(image -> classes.contains(image.label()))
                .toList();
        List<LabelledAttribution> unknown = attributions.stream()
                .filter(image -> !classes.contains(image.label()))
                .toList();
        return new Evaluation(
                known.size(),
                ConfusionMatrix.of(List.copyOf(classes), known),
                Calibration.of(known),
                negativeLogLikelihood(known),
                verdicts(known),
                answered(known),
                meanNovelty(known),
                fingerprints(known),
                UnknownSources.of(known, unknown));
    }

    private static FrechetDistanceRatio fingerprints(List<LabelledAttribution> known) {
        List<float[][]> classes = known.stream()
                .collect(Collectors.groupingBy(LabelledAttribution::label, TreeMap::new, Collectors.toList()))
                .values()
                .stream()
                .filter(images -> images.size() >= FrechetDistanceRatio.LEAST_IMAGES)
                .map(images -> images.stream()
                        .map(image -> image.attribution().fingerprint())
                        .toArray(float[][]::new))
                .toList();
        return FrechetDistanceRatio.of(classes, SEED);
    }

    static double negativeLogLikelihood(List<LabelledAttribution> known) {
        return known.stream()
                .mapToDouble(image -> -Math.log(Math.max(LEAST_PROBABILITY, image.probabilityOf(image.label()))))
                .average()
                .orElse(Double.NaN);
    }

    private static Answered answered(List<LabelledAttribution> known) {
        List<LabelledAttribution> answered = known.stream()
                .filter(image -> image.attribution().verdict() != Verdict.UNSURE)
                .toList();
        long right = answered.stream()
                .filter(image -> image.attribution().verdict() != Verdict.NEW_GENERATOR)
                .filter(image -> image.predicted().equals(image.label()))
                .count();
        return new Answered((double) answered.size() / known.size(), (double) right / answered.size());
    }

    static Map<Verdict, Integer> verdicts(List<LabelledAttribution> images) {
        Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
        for (Verdict verdict : Verdict.values()) {
            counts.put(verdict, 0);
        }
        images.forEach(image -> counts.merge(image.attribution().verdict(), 1, Integer::sum));
        return counts;
    }

    static double meanNovelty(List<LabelledAttribution> images) {
        return images.stream()
                .mapToDouble(image -> image.attribution().novelty().score())
                .average()
                .orElse(Double.NaN);
    }
}
