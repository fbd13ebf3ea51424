package dev.whence.attributor.study;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.training.AttributionTrainer;
import dev.whence.attributor.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A study of the method on one set of images, that anyone can run again: nine questions and their figures, in the sections of a
 * {@link StudyReport}: attribution, maps, transfer, designs, open-set, enrolment, robustness, sets, pictures.
 */
public final class Study {
    private Study() {}

    /**
     * Makes the study; the fused bundle of the first seed is left beside the report.
     *
     * @param reference folder of the data's reference
     * @param other a second set, for what generalises
     * @param settings of every training; their views are fused
     * @param seeds trainings of everything, from the settings' seed on
     * @param facts of the data and the machine, for a person
     * @param out a folder: report.json, report.html, a CSV for each section, and {@code model}
     * @param done hears the name of each section when it is there
     */
    public static StudyReport run(
            StudyData data,
            Path reference,
            Optional<StudyData> other,
            TrainingSettings settings,
            int seeds,
            List<String> facts,
            Path out,
            AttributionTrainer.Progress progress,
            Consumer<String> done)
            throws IOException {
        AttributionTable.Made made = AttributionTable.of(data, settings, seeds, progress);
        Path model = out.resolve("model");
        AttributionTrainer.write(
                data.reference(), families(data), data.classes(), data.images(), made.fused(), settings, model);
        List<Section> sections = new ArrayList<>();
        add(sections, made.section(), done);
        add(sections, NoveltySection.of(data, made), done);
        add(sections, EnrolmentSection.of(data, made, settings.seed()), done);
        try (Attributor attributor = Attributor.open(model, reference, settings.threads())) {
            add(sections, SetsSection.of(data, attributor), done);
            add(sections, RobustnessSection.of(data, attributor), done);
        }
        other.ifPresent(set -> add(sections, TransferSection.of(data, made.fused(), set, settings), done));
        add(sections, DesignSection.of(data, made, settings.seed()), done);
        add(sections, MapsSection.of(data, made, settings.seed()), done);
        add(sections, PicturesSection.of(data, settings), done);
        StudyReport report = new StudyReport("Study of " + data.reference().name(), facts, sections);
        report.write(out);
        return report;
    }

    private static void add(List<Section> sections, Section section, Consumer<String> done) {
        sections.add(section);
        done.accept(section.id());
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
