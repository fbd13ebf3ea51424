package dev.whence.attributor.study;

import dev.whence.attributor.AttributionNetwork.Reading;
import dev.whence.attributor.openset.Enrolment;
import dev.whence.attributor.openset.KnownFingerprints;
import dev.whence.attributor.study.StudyReport.Lines;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Series;
import dev.whence.attributor.study.StudyReport.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** How many images make a generator known without training. */
final class EnrolmentSection {
    private static final List<Integer> EXAMPLES = List.of(1, 5, 10, 20, 50);
    private static final int DRAWS = 10;
    private static final double LOSS = 0.02;

    private EnrolmentSection() {}

    static Section of(StudyData data, AttributionTable.Made made, long seed) {
        Reading test = made.fusedTest();
        Enrolment.Known known = new Enrolment.Known(made.fused().known());
        List<List<Object>> rows = new ArrayList<>();
        List<Series> curves = new ArrayList<>();
        for (Map.Entry<String, Reading> generator : made.unknown().entrySet()) {
            List<float[]> images =
                    new ArrayList<>(Arrays.asList(generator.getValue().fingerprints()));
            List<double[]> curve = new ArrayList<>();
            for (int examples : EXAMPLES) {
                if (2 * examples > images.size()) {
                    continue;
                }
                List<Draw> draws = new ArrayList<>();
                Random random = new Random(seed);
                for (int draw = 0; draw < DRAWS; draw++) {
                    Collections.shuffle(images, random);
                    float[] mean = KnownFingerprints.prototype(images.subList(0, examples));
                    Enrolment enrolment = known.enrol(mean, examples, LOSS);
                    draws.add(new Draw(
                            accepted(enrolment, images.subList(examples, images.size())),
                            accepted(enrolment, Arrays.asList(test.fingerprints()))));
                }
                MeanDeviation recall = MeanDeviation.of(draws, Draw::recall);
                MeanDeviation lost = MeanDeviation.of(draws, Draw::lost);
                rows.add(List.of(
                        generator.getKey(),
                        examples,
                        DRAWS,
                        recall.mean(),
                        recall.deviation(),
                        lost.mean(),
                        lost.deviation()));
                curve.add(new double[] {examples, recall.mean()});
            }
            curves.add(new Series(
                    generator.getKey(),
                    curve.stream().mapToDouble(point -> point[0]).toArray(),
                    curve.stream().mapToDouble(point -> point[1]).toArray()));
        }
        return new Section(
                "enrolment",
                "Enrolment from few images",
                "A prototype of so many images, drawn at random %d times; share of the generator's other images that are its own then, and"
                                .formatted(DRAWS)
                        + " share of the known sources' test images that it takes. The margin is set on validation images of the known sources, for"
                        + " a loss of %.0f %%.".formatted(100 * LOSS),
                new Table(
                        List.of("generator", "examples", "draws", "recall", "recallDeviation", "lost", "lostDeviation"),
                        rows),
                List.of(new Lines("Recall by examples", "images enrolled", "recall", curves)),
                List.of());
    }

    private record Draw(double recall, double lost) {}

    private static double accepted(Enrolment enrolment, List<float[]> fingerprints) {
        return (double) fingerprints.stream().filter(enrolment::accepts).count() / fingerprints.size();
    }
}
