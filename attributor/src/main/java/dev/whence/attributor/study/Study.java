package dev.whence.attributor.study;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.training.AttributionTrainer;
import dev.whence.attributor.training.TrainingSettings;
import dev.whence.attributor.training.ViewArtifacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A study of the method on one set of images, that anyone can run again: nine questions and their figures, in the sections of a
 * {@link StudyReport}: attribution, maps, transfer, designs, open-set, enrolment, robustness, sets, pictures.
 */
public final class Study {
    /** For halves of a class, and for a map of all. */
    private static final int LEAST_TEST_IMAGES = 32;

    private Study() {}

    /**
     * Makes the study; the fused bundle of the first seed is left beside the report.
     *
     * @param other a second set, for what generalises
     * @param settings of every training; their views are fused
     * @param seeds trainings of everything, from the settings' seed on
     * @param facts of the data and the machine, for a person
     * @param out a folder: report.json, report.html, a CSV for each section, and {@code model}; written anew after each section
     * @param opener opens the bundle in a folder with the data's reference
     * @param done hears the name of each section when it is there
     * @throws IllegalArgumentException before any training, when there are too few test images, or a reference embeds otherwise than this version
     */
    public static StudyReport run(
            StudyData data,
            Optional<StudyData> other,
            TrainingSettings settings,
            int seeds,
            List<String> facts,
            Path out,
            Function<Path, Attributor> opener,
            AttributionTrainer.Progress progress,
            Consumer<String> done)
            throws IOException {
        requireEnough(data);
        ViewArtifacts.requireAlike(data.reference(), settings.views());
        other.ifPresent(set -> requireComparable(data, set, settings));
        Report report = new Report("Study of " + data.reference().name(), facts, out, done);
        AttributionTable.Made made = AttributionTable.of(data, settings, seeds, progress);
        Path model = out.resolve("model");
        AttributionTrainer.write(
                data.reference(), families(data), data.classes(), data.images(), made.fused(), settings, model);
        report.add(made.section());
        report.add(NoveltySection.of(data, made));
        report.add(EnrolmentSection.of(data, made, settings.seed()));
        try (Attributor attributor = opener.apply(model)) {
            report.add(SetsSection.of(data, attributor));
            report.add(RobustnessSection.of(data, attributor, settings.augmented()));
        }
        if (other.isPresent()) {
            report.add(TransferSection.of(data, made.fused(), other.get(), settings));
        }
        report.add(DesignSection.of(data, made, settings.seed()));
        report.add(PicturesSection.of(data, settings));
        return report.add(MapsSection.of(data, made, settings.seed()));
    }

    /** What is there so far is on disk: the rest may take hours. */
    private static final class Report {
        private final String title;
        private final List<String> facts;
        private final Path out;
        private final Consumer<String> done;
        private final List<Section> sections = new ArrayList<>();

        Report(String title, List<String> facts, Path out, Consumer<String> done) {
            this.title = title;
            this.facts = facts;
            this.out = out;
            this.done = done;
        }

        StudyReport add(Section section) throws IOException {
            sections.add(section);
            StudyReport report = new StudyReport(title, facts, sections);
            report.write(out);
            done.accept(section.id());
            return report;
        }
    }

    private static void requireEnough(StudyData data) {
        int[] labels = data.images().test().labels();
        for (int c = 0; c < data.classes().size(); c++) {
            int label = c;
            if (IntStream.of(labels).filter(l -> l == label).count() < LEAST_TEST_IMAGES) {
                throw new IllegalArgumentException(
                        "A study needs %d test images of each source, and of %s there are fewer: raise --test-share"
                                .formatted(LEAST_TEST_IMAGES, data.classes().get(c)));
            }
        }
    }

    private static void requireComparable(StudyData data, StudyData other, TrainingSettings settings) {
        if (other.reference().size() != data.reference().size()) {
            throw new IllegalArgumentException(
                    "The other reference has images of %d pixels, not %d: build it with --size %d"
                            .formatted(
                                    other.reference().size(),
                                    data.reference().size(),
                                    data.reference().size()));
        }
        if (!other.reference().framing().equals(data.reference().framing())) {
            throw new IllegalArgumentException(
                    "The other reference frames images by %s, not %s: build it with --framing %s"
                            .formatted(
                                    other.reference().framing(),
                                    data.reference().framing(),
                                    data.reference().framing()));
        }
        ViewArtifacts.requireAlike(other.reference(), settings.views());
        boolean shared = IntStream.of(other.images().test().labels())
                .mapToObj(other::family)
                .anyMatch(family -> IntStream.range(0, data.classes().size())
                        .mapToObj(data::family)
                        .anyMatch(family::equals));
        if (!shared) {
            throw new IllegalArgumentException(
                    "The two sets have no family of generators in common: name families in generators.yaml");
        }
    }

    private static Map<String, Optional<String>> families(StudyData data) {
        Map<String, Optional<String>> families = new TreeMap<>();
        for (String name : data.classes()) {
            families.put(
                    name,
                    Optional.ofNullable(
                            data.designs().getOrDefault(name, Map.of()).get(StudyData.FAMILY)));
        }
        return families;
    }
}
