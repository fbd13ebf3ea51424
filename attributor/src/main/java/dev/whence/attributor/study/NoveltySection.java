package dev.whence.attributor.study;

import dev.whence.attributor.AttributionNetwork.Reading;
import dev.whence.attributor.evaluation.OpenSet;
import dev.whence.attributor.openset.NoveltyMethod;
import dev.whence.attributor.openset.NoveltyScore;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** How well each novelty score keeps each unknown generator apart from the known sources. */
final class NoveltySection {
    private NoveltySection() {}

    static Section of(StudyData data, AttributionTable.Made made) {
        Reading test = made.fusedTest();
        int[] labels = data.images().test().labels();
        boolean[] right = new boolean[labels.length];
        for (int i = 0; i < right.length; i++) {
            right[i] = Answers.first(test.logits()[i]) == labels[i];
        }
        List<List<Object>> rows = new ArrayList<>();
        for (NoveltyMethod method : NoveltyMethod.values()) {
            NoveltyScore score = method.fit(made.fused().known());
            double[] known = scores(score, test);
            List<OpenSet> all = new ArrayList<>();
            for (Map.Entry<String, Reading> generator : made.unknown().entrySet()) {
                OpenSet openSet = OpenSet.of(known, right, scores(score, generator.getValue()));
                all.add(openSet);
                rows.add(row(method, generator.getKey(), generator.getValue().logits().length, openSet));
            }
            int images = made.unknown().values().stream()
                    .mapToInt(reading -> reading.logits().length)
                    .sum();
            rows.add(row(
                    method,
                    "mean",
                    images,
                    new OpenSet(
                            MeanDeviation.of(all, OpenSet::auroc).mean(),
                            MeanDeviation.of(all, OpenSet::oscr).mean(),
                            MeanDeviation.of(all, OpenSet::falsePositiveRate).mean())));
        }
        return new Section(
                "open-set",
                "Open set",
                "Novelty scores of the fused network of the first seed, on images of generators that training never saw against the"
                        + " test images of the known sources. The bundle uses " + NoveltyMethod.DEFAULT.label() + ".",
                new Table(List.of("score", "generator", "images", "auroc", "oscr", "fprAt95Tpr"), rows),
                List.of(),
                List.of());
    }

    private static List<Object> row(NoveltyMethod method, String generator, int images, OpenSet openSet) {
        return List.of(method.label(), generator, images, openSet.auroc(), openSet.oscr(), openSet.falsePositiveRate());
    }

    private static double[] scores(NoveltyScore score, Reading reading) {
        double[] scores = new double[reading.logits().length];
        Arrays.setAll(scores, i -> score.of(reading.logits()[i], reading.fingerprints()[i]));
        return scores;
    }
}
