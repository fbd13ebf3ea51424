package dev.whence.attributor.evaluation;

import dev.whence.attributor.Attribution;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Sets of images of one source, each attributed together, measured against the truth. A source with fewer images than a set is left
 * out; a set of one is an image by itself.
 *
 * @param size images of a set
 * @param known sets of sources that are classes of the bundle
 * @param confusion what was predicted for each true class, counted in sets
 * @param calibration whether combined probabilities mean what they say
 * @param negativeLogLikelihood mean of -ln p(true class); NaN without sets of known sources
 * @param unknown sets of other sources
 * @param openSet how well the novelty of a set keeps other sources apart, each of them counting the same; NaN without sets of either kind
 */
public record SetEvaluation(
        int size,
        int known,
        ConfusionMatrix confusion,
        Calibration calibration,
        double negativeLogLikelihood,
        int unknown,
        OpenSet openSet) {
    private static final List<Integer> SIZES = List.of(1, 3, 5, 10, 20);
    private static final long SEED = 1;

    /**
     * Measures sets of 1, 3, 5, 10 and 20 images.
     *
     * @param classes the classes of the bundle
     * @param images in any order, of known and unknown sources
     * @param together attributes a set
     */
    public static List<SetEvaluation> of(
            List<String> classes, List<LabelledAttribution> images, Function<List<Attribution>, Attribution> together) {
        Map<String, List<Attribution>> sources = images.stream()
                .collect(Collectors.groupingBy(
                        LabelledAttribution::label,
                        TreeMap::new,
                        Collectors.mapping(LabelledAttribution::attribution, Collectors.toList())));
        return SIZES.stream().map(size -> of(classes, sources, size, together)).toList();
    }

    private static SetEvaluation of(
            List<String> classes,
            Map<String, List<Attribution>> sources,
            int size,
            Function<List<Attribution>, Attribution> together) {
        List<LabelledAttribution> known = new ArrayList<>();
        List<LabelledAttribution> unknown = new ArrayList<>();
        sources.forEach((label, images) -> {
            for (List<Attribution> set : ImageSets.draw(images, size, SEED)) {
                (classes.contains(label) ? known : unknown).add(new LabelledAttribution(label, together.apply(set)));
            }
        });
        return new SetEvaluation(
                size,
                known.size(),
                ConfusionMatrix.of(List.copyOf(classes), known),
                Calibration.of(known),
                Evaluation.negativeLogLikelihood(known),
                unknown.size(),
                UnknownSources.of(known, unknown).openSet());
    }
}
