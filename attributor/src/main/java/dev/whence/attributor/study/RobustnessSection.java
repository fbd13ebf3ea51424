package dev.whence.attributor.study;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.evaluation.Evaluation;
import dev.whence.attributor.evaluation.LabelledAttribution;
import dev.whence.attributor.image.Perturbation;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** What is left when every image, real or generated, was changed in the same way. */
final class RobustnessSection {
    /** Images of a class at most: the grid is run whole for each. */
    private static final int IMAGES = 150;

    private RobustnessSection() {}

    static Section of(StudyData data, Attributor attributor, boolean augmented) {
        Map<String, List<CanonicalImage>> images = new TreeMap<>();
        int[] labels = data.images().test().labels();
        for (int i = 0; i < labels.length; i++) {
            List<CanonicalImage> of = images.computeIfAbsent(data.classes().get(labels[i]), name -> new ArrayList<>());
            if (of.size() < IMAGES) {
                of.add(data.images().test().images().get(i));
            }
        }
        data.unknown().forEach((name, all) -> images.put(name, all.subList(0, Math.min(IMAGES, all.size()))));
        List<List<Object>> rows = new ArrayList<>();
        double untouched = Double.NaN;
        for (Perturbation perturbation : Perturbation.grid()) {
            Evaluation evaluation = evaluate(data.classes(), attributor, images, perturbation::apply);
            double balanced = evaluation.confusion().balancedAccuracy();
            untouched = perturbation.name().equals("none") ? balanced : untouched;
            rows.add(row(perturbation.name(), evaluation, untouched));
        }
        return new Section(
                "robustness",
                "Robustness",
                ("At most %d test images of each source and of each unknown generator, real and generated changed alike; points lost are of"
                                + " balanced accuracy, in hundredths. A network reads pixels alone: the same pixels as PNG are the same"
                                + " image, and with every image a JPEG (again) the format can tell nothing. %s")
                        .formatted(
                                IMAGES,
                                augmented
                                        ? "Training saw images changed in these same ways."
                                        : "Training saw images as they are."),
                new Table(
                        List.of("change", "images", "accuracy", "balancedAccuracy", "pointsLost", "auroc", "oscr"),
                        rows),
                List.of(),
                List.of());
    }

    private static List<Object> row(String name, Evaluation evaluation, double untouched) {
        double balanced = evaluation.confusion().balancedAccuracy();
        return List.of(
                name,
                evaluation.images(),
                evaluation.confusion().accuracy(),
                balanced,
                100 * (untouched - balanced),
                evaluation.unknown().openSet().auroc(),
                evaluation.unknown().openSet().oscr());
    }

    private static Evaluation evaluate(
            List<String> classes,
            Attributor attributor,
            Map<String, List<CanonicalImage>> images,
            UnaryOperator<CanonicalImage> change) {
        List<LabelledAttribution> answers = new ArrayList<>();
        images.forEach((label, of) ->
                answers.addAll(Answers.of(attributor, of.stream().map(change).toList(), i -> label)));
        return Evaluation.of(classes, answers);
    }
}
