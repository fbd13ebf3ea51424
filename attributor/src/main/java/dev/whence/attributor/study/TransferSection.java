package dev.whence.attributor.study;

import dev.whence.attributor.AttributionNetwork;
import dev.whence.attributor.AttributionNetwork.Reading;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.Crops;
import dev.whence.attributor.projection.ArtifactExtractor;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Table;
import dev.whence.attributor.training.FusedModel;
import dev.whence.attributor.training.TrainedViews;
import dev.whence.attributor.training.TrainingSettings;
import dev.whence.attributor.training.ViewArtifacts;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** What a network that learned one data set says of another, by families, since the generators differ. */
final class TransferSection {
    private TransferSection() {}

    /**
     * @param data what the model was trained on
     * @param other with real images of its own as reference; the same spaces
     */
    static Section of(StudyData data, FusedModel model, StudyData other, TrainingSettings settings) {
        TreeSet<String> families = new TreeSet<>();
        for (int c = 0; c < data.classes().size(); c++) {
            families.add(data.family(c));
        }
        int[] labels = other.images().test().labels();
        List<CanonicalImage> pictures = other.images().test().images();
        Reading reading;
        try (ArtifactExtractor extractor = ViewArtifacts.extractor(
                        other.reference(), model.views(), settings.neighbours(), settings.threads());
                AttributionNetwork network = model.network(data.reference().size(), settings.threads())) {
            reading = TrainedViews.read(
                    network, ViewArtifacts.extract(extractor, pictures, done -> {}), Crops.of(pictures));
        }
        TreeSet<String> shared = new TreeSet<>();
        for (int label : labels) {
            shared.add(other.family(label));
        }
        shared.retainAll(families);
        List<List<Object>> rows = new ArrayList<>();
        List<Double> recalls = new ArrayList<>();
        int images = 0;
        double byChance = 0;
        for (String family : shared) {
            int right = 0;
            int all = 0;
            for (int i = 0; i < labels.length; i++) {
                if (other.family(labels[i]).equals(family)) {
                    all++;
                    right += data.family(Answers.first(reading.logits()[i])).equals(family) ? 1 : 0;
                }
            }
            images += all;
            recalls.add((double) right / all);
            byChance += (double) classesOf(data, family) / data.classes().size() / shared.size();
            rows.add(List.of(family, all, (double) right / all));
        }
        rows.add(List.of(
                "balanced", images, MeanDeviation.of(recalls, recall -> recall).mean()));
        rows.add(List.of("a class at random", images, byChance));
        rows.add(List.of("always the same family", images, 1.0 / shared.size()));
        return new Section(
                "transfer",
                "Another data set",
                "The fused network of the first seed on test images of another set, projected onto that set's own real images, by the family of"
                        + " the class put first. Only families that both sets have; below, what guessing would reach.",
                new Table(List.of("family", "images", "recall"), rows),
                List.of(),
                List.of());
    }

    private static long classesOf(StudyData data, String family) {
        return IntStream.range(0, data.classes().size())
                .filter(c -> data.family(c).equals(family))
                .count();
    }
}
