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
 * @param generators the same for each source, by name
 */
public record UnknownSources(
        int images,
        Map<Verdict, Integer> verdicts,
        SortedMap<String, Integer> topCandidates,
        double meanNovelty,
        List<Source> generators) {

    /** One source that is no class of the bundle. */
    public record Source(
            String name,
            int images,
            Map<Verdict, Integer> verdicts,
            SortedMap<String, Integer> topCandidates,
            double meanNovelty) {}

    static UnknownSources of(List<LabelledAttribution> unknown) {
        List<Source> sources = unknown.stream()
                .collect(Collectors.groupingBy(LabelledAttribution::label, TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(source -> source(source.getKey(), source.getValue()))
                .toList();
        return new UnknownSources(
                unknown.size(),
                Evaluation.verdicts(unknown),
                topCandidates(unknown),
                Evaluation.meanNovelty(unknown),
                sources);
    }

    private static Source source(String name, List<LabelledAttribution> images) {
        return new Source(
                name,
                images.size(),
                Evaluation.verdicts(images),
                topCandidates(images),
                Evaluation.meanNovelty(images));
    }

    private static SortedMap<String, Integer> topCandidates(List<LabelledAttribution> images) {
        return images.stream()
                .map(LabelledAttribution::predicted)
                .collect(Collectors.toMap(Function.identity(), name -> 1, Integer::sum, TreeMap::new));
    }
}
