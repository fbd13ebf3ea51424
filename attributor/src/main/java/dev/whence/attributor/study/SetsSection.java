package dev.whence.attributor.study;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.evaluation.LabelledAttribution;
import dev.whence.attributor.evaluation.SetEvaluation;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Table;
import java.util.ArrayList;
import java.util.List;

/** What images of one source say together. */
final class SetsSection {
    private static final int BATCH = 64;

    private SetsSection() {}

    static Section of(StudyData data, Attributor attributor) {
        List<LabelledAttribution> answers = new ArrayList<>();
        int[] labels = data.images().test().labels();
        List<CanonicalImage> test = data.images().test().images();
        for (int from = 0; from < test.size(); from += BATCH) {
            int start = from;
            List<CanonicalImage> batch = test.subList(from, Math.min(test.size(), from + BATCH));
            var attributions = attributor.attribute(batch).attributions();
            for (int i = 0; i < attributions.size(); i++) {
                answers.add(new LabelledAttribution(data.classes().get(labels[start + i]), attributions.get(i)));
            }
        }
        data.unknown()
                .forEach((name, images) -> attributor
                        .attribute(images)
                        .attributions()
                        .forEach(answer -> answers.add(new LabelledAttribution(name, answer))));
        List<List<Object>> rows = new ArrayList<>();
        for (SetEvaluation set : SetEvaluation.of(data.classes(), answers, attributor::together)) {
            rows.add(List.of(
                    set.size(),
                    set.known(),
                    set.confusion().accuracy(),
                    set.confusion().balancedAccuracy(),
                    set.calibration().error(),
                    set.negativeLogLikelihood(),
                    set.unknown(),
                    set.openSet().auroc(),
                    set.openSet().oscr()));
        }
        return new Section(
                "sets",
                "Sets of images of one source",
                "So many test images of one source, attributed together by the first seed's bundle.",
                new Table(
                        List.of(
                                "images",
                                "sets",
                                "accuracy",
                                "balancedAccuracy",
                                "calibrationError",
                                "negativeLogLikelihood",
                                "unknownSets",
                                "auroc",
                                "oscr"),
                        rows),
                List.of(),
                List.of());
    }
}
