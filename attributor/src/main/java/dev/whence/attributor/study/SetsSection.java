package dev.whence.attributor.study;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.evaluation.LabelledAttribution;
import dev.whence.attributor.evaluation.SetEvaluation;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Table;
import java.util.ArrayList;
import java.util.List;

/** What images of one source say together. */
final class SetsSection {
    private SetsSection() {}

    static Section of(StudyData data, Attributor attributor) {
        int[] labels = data.images().test().labels();
        List<LabelledAttribution> answers = new ArrayList<>(Answers.of(
                attributor, data.images().test().images(), i -> data.classes().get(labels[i])));
        data.unknown().forEach((name, images) -> answers.addAll(Answers.of(attributor, images, i -> name)));
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
