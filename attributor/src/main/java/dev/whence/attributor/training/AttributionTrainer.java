package dev.whence.attributor.training;

import dev.whence.attributor.Hashes;
import dev.whence.attributor.LabelledImage;
import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.bundle.ModelManifest;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains an attribution network against a reference and writes the bundle.
 *
 * <p>A share of the images, chosen by name, is never looked at: the test part. A tenth chooses all else that is
 * not learned by descent: epochs, weights of the views, temperature, threshold of novelty, correlation of sets. The bundle remembers the hashes of all images it saw, so that an evaluation can leave them out.
 */
public final class AttributionTrainer {
    private static final double UNSURE_MARGIN = 0.05;

    private AttributionTrainer() {}

    /** Hears how far a training is. */
    public interface Progress {
        /** An image was read, and decoded unless it belongs to the test part. */
        void imageRead();

        /**
         * Images were embedded and projected.
         *
         * @param images so far, a perturbed one counting as one more
         */
        void projected(long images, long of);

        /**
         * An epoch of the network of a view is over.
         *
         * @param loss mean training loss, in nats
         * @param balancedAccuracy on the validation part
         */
        void epoch(View view, int epoch, int of, double loss, double balancedAccuracy);
    }

    /**
     * What a training left.
     *
     * @param test images kept out for the test
     * @param rejected images that could not be decoded
     */
    public record Trained(ModelBundle bundle, long test, long rejected) {}

    /**
     * Trains and writes a bundle.
     *
     * @param generators names of the generators, with their family where it is known
     * @param images of those generators and of {@code real}
     * @param out a folder
     * @throws IllegalArgumentException when there is nothing to tell apart
     */
    public static Trained train(
            Reference reference,
            Map<String, Optional<String>> generators,
            Iterator<LabelledImage> images,
            TrainingSettings settings,
            Path out,
            Progress progress) {
        List<String> classes = new ArrayList<>(List.of(ModelManifest.REAL));
        generators.keySet().stream().sorted().forEach(classes::add);
        if (classes.size() < 2 || generators.containsKey(ModelManifest.REAL)) {
            throw new IllegalArgumentException(
                    "Training needs images of at least one generator, none of them named " + ModelManifest.REAL);
        }
        ViewArtifacts.requireAlike(reference, settings.views());
        TrainingImages data =
                new TrainingImages(classes, reference.size(), reference.framing(), settings.testShare(), false);
        while (images.hasNext()) {
            data.add(images.next());
            progress.imageRead();
        }
        data.requireEveryClass();
        ViewArtifacts artifacts = ViewArtifacts.of(reference, settings.views(), data, settings, progress);
        try (TrainedViews trained =
                TrainedViews.train(artifacts, classes.size(), reference.size(), settings, progress)) {
            return new Trained(
                    write(reference, generators, classes, data, trained.fuse(settings.views()), settings, out),
                    data.testImages(),
                    data.rejectedImages());
        }
    }

    /**
     * Writes a bundle.
     *
     * @param generators with their family where it is known
     * @param classes in the order of the logits
     * @param data what the model was trained on
     */
    public static ModelBundle write(
            Reference reference,
            Map<String, Optional<String>> generators,
            List<String> classes,
            TrainingImages data,
            FusedModel model,
            TrainingSettings settings,
            Path out) {
        ModelManifest manifest = new ModelManifest(
                ModelManifest.FORMAT,
                settings.name(),
                Hashes.sha256(model.graph()).substring(0, 12),
                reference.size(),
                reference.framing(),
                null,
                settings.neighbours(),
                model.views().stream()
                        .map(view -> ModelManifest.Space.of(view, reference.size()))
                        .toList(),
                classes.stream()
                        .map(c -> new ModelManifest.SourceClass(
                                c, generators.getOrDefault(c, Optional.empty()).orElse(null)))
                        .toList(),
                model.temperature(),
                UNSURE_MARGIN,
                model.setCorrelation(),
                model.novelty(),
                new ModelManifest.ReferenceLink(reference.name(), reference.version(), reference.sha256()),
                data.counts(),
                settings(settings),
                model.measured(),
                Map.of());
        return ModelBundle.write(
                out,
                manifest,
                model.views(),
                model.graph(),
                model.prototypes(),
                model.known().byClass(),
                data.seen(),
                ModelCard.of(manifest, reference.images()));
    }

    private static Map<String, String> settings(TrainingSettings settings) {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("seed", Long.toString(settings.seed()));
        map.put("epochs", Integer.toString(settings.epochs()));
        map.put("augmented", Boolean.toString(settings.augmented()));
        map.put("testShare", Double.toString(settings.testShare()));
        map.put("threads", Integer.toString(settings.threads()));
        map.put("trainer", "PyTorch through DJL");
        return map;
    }
}
