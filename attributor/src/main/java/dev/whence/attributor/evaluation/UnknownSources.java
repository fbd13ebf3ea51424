package dev.whence.attributor.evaluation;

import dev.whence.attributor.Verdict;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How images of sources that are no class of the bundle were answered. There is no right class for them; a good answer is
 * {@link Verdict#NEW_GENERATOR}.
 *
 * @param verdicts images by verdict
 * @param topCandidates images by the class put first
 * @param meanNovelty mean novelty score; NaN without images
 * @param openSet how well the novelty score keeps them apart from known sources: the mean over the unknown sources, each of which
 *     counts the same; NaN without images of either kind
 * @param generators the same for each source, by name
 */
public record UnknownSources(
        int images,
        Map<Verdict, Integer> verdicts,
        SortedMap<String, Integer> topCandidates,
        double meanNovelty,
        OpenSet openSet,
        List<Source> generators) {

    /** One source that is no class of the bundle. */
    public record Source(
            String name,
            int images,
            Map<Verdict, Integer> verdicts,
            SortedMap<String, Integer> topCandidates,
            double meanNovelty,
            OpenSet openSet) {}

    static UnknownSources of(List<LabelledAttribution> known, List<LabelledAttribution> unknown) {
        double[] novelty = novelty(known);
        boolean[] right = new boolean[known.size()];
        for (int i = 0; i < right.length; i++) {
            right[i] = known.get(i).predicted().equals(known.get(i).label());
        }
        List<Source> sources = unknown.stream()
                .collect(Collectors.groupingBy(LabelledAttribution::label, TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(source -> source(
                        source.getKey(), source.getValue(), OpenSet.of(novelty, right, novelty(source.getValue()))))
                .toList();
        return new UnknownSources(
                unknown.size(),
                Evaluation.verdicts(unknown),
                topCandidates(unknown),
                Evaluation.meanNovelty(unknown),
                OpenSet.mean(sources.stream().map(Source::openSet).toList()),
                sources);
    }

    private static Source source(String name, List<LabelledAttribution> images, OpenSet openSet) {
        return new Source(
                name,
                images.size(),
                Evaluation.verdicts(images),
                topCandidates(images),
                Evaluation.meanNovelty(images),
                openSet);
    }

    private static double[] novelty(List<LabelledAttribution> images) {
        return images.stream()
                .mapToDouble(image -> image.attribution().novelty().score())
                .toArray();
    }

    private static SortedMap<String, Integer> topCandidates(List<LabelledAttribution> images) {
        return images.stream()
                .map(LabelledAttribution::predicted)
                .collect(Collectors.toMap(Function.identity(), name -> 1, Integer::sum, TreeMap::new));
    }
}
