package dev.whence.attributor.study;

import dev.whence.attributor.AttributionNetwork.Reading;
import dev.whence.attributor.evaluation.KMeans;
import dev.whence.attributor.evaluation.NormalizedMutualInformation;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** How much clusters of fingerprints say of how the generators were designed. */
final class DesignSection {
    private static final int STARTS = 5;
    private static final int PERMUTATIONS = 1000;

    private DesignSection() {}

    static Section of(StudyData data, AttributionTable.Made made, long seed) {
        int[] labels = data.images().test().labels();
        int[] described = IntStream.range(0, data.classes().size())
                .filter(c -> data.designs().containsKey(data.classes().get(c)))
                .toArray();
        TreeSet<String> properties = new TreeSet<>();
        data.designs().values().forEach(design -> properties.addAll(design.keySet()));
        List<List<Object>> rows = new ArrayList<>();
        for (Map.Entry<String, Reading> row : made.test().entrySet()) {
            for (String property : properties) {
                List<String> choices = IntStream.of(described)
                        .mapToObj(c -> data.designs()
                                .getOrDefault(data.classes().get(c), Map.of())
                                .getOrDefault(property, ""))
                        .toList();
                List<String> distinct = choices.stream()
                        .filter(choice -> !choice.isEmpty())
                        .distinct()
                        .sorted()
                        .toList();
                if (distinct.size() < 2) {
                    continue;
                }
                rows.add(row(row.getKey(), property, row.getValue(), labels, described, choices, distinct, seed));
            }
        }
        return new Section(
                "designs",
                "Clusters and designs",
                "k-means of the features of generated test images, as many clusters as the property has choices; normalised mutual"
                        + " information of clusters and choices, beside the same with the choices dealt anew among the generators. With few"
                        + " generators it is large by chance: the p-value says how often, of one row, not corrected for the number of rows. Of several choices"
                        + " of a generator the first counts.",
                new Table(
                        List.of(
                                "features",
                                "property",
                                "choices",
                                "generators",
                                "nmi",
                                "nmiByChance",
                                "deviation",
                                "pValue"),
                        rows),
                List.of(),
                List.of());
    }

    private static List<Object> row(
            String name,
            String property,
            Reading reading,
            int[] labels,
            int[] described,
            List<String> choices,
            List<String> distinct,
            long seed) {
        // Generators whose choice is known, numbered anew.
        int[] generators = IntStream.range(0, described.length)
                .filter(g -> !choices.get(g).isEmpty())
                .toArray();
        List<float[]> features = new ArrayList<>();
        List<Integer> of = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            for (int g = 0; g < generators.length; g++) {
                if (labels[i] == described[generators[g]]) {
                    features.add(reading.fingerprints()[i]);
                    of.add(g);
                }
            }
        }
        int[] choice = IntStream.of(generators)
                .map(g -> distinct.indexOf(choices.get(g)))
                .toArray();
        KMeans clusters = KMeans.of(features.toArray(float[][]::new), distinct.size(), STARTS, seed);
        NormalizedMutualInformation information = NormalizedMutualInformation.of(
                clusters.clusters(), of.stream().mapToInt(Integer::intValue).toArray(), choice, PERMUTATIONS, seed);
        return List.of(
                name,
                property,
                distinct.size(),
                generators.length,
                information.value(),
                information.permutedMean(),
                information.permutedDeviation(),
                information.pValue());
    }
}
