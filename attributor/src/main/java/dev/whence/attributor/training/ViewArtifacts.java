package dev.whence.attributor.training;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.Crops;
import dev.whence.attributor.image.Perturbation;
import dev.whence.attributor.projection.ArtifactExtractor;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.space.Embedder;
import dev.whence.attributor.space.EmbeddingSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongConsumer;

/**
 * The artifacts of training and validation images in some views.
 *
 * @param training by view
 * @param validation by view
 */
public record ViewArtifacts(List<View> views, List<LabelledArtifacts> training, List<LabelledArtifacts> validation) {
    private static final int BATCH = 64;

    /** Embeds and projects. */
    public static ViewArtifacts of(
            Reference reference,
            List<View> views,
            TrainingImages images,
            TrainingSettings settings,
            AttributionTrainer.Progress progress) {
        try (ArtifactExtractor extractor = extractor(reference, views, settings.neighbours(), settings.threads())) {
            List<CanonicalImage> training = images.training().images();
            List<CanonicalImage> perturbed = perturbed(training, settings);
            List<CanonicalImage> validation = images.validation().images();
            List<CanonicalImage> all = new ArrayList<>(training);
            all.addAll(perturbed);
            all.addAll(validation);
            List<List<float[]>> artifacts = extract(extractor, all, done -> progress.projected(done, all.size()));
            List<LabelledArtifacts> forTraining = new ArrayList<>();
            List<LabelledArtifacts> forValidation = new ArrayList<>();
            Crops ofTraining = Crops.of(training);
            Crops ofValidation = Crops.of(validation);
            int changedFrom = ofTraining.rows();
            int changedTo = changedFrom + Crops.of(perturbed).rows();
            for (List<float[]> view : artifacts) {
                forTraining.add(new LabelledArtifacts(
                        view.subList(0, changedFrom),
                        view.subList(changedFrom, changedTo),
                        ofTraining,
                        images.training().labels()));
                forValidation.add(new LabelledArtifacts(
                        view.subList(changedTo, view.size()),
                        List.of(),
                        ofValidation,
                        images.validation().labels()));
            }
            return new ViewArtifacts(List.copyOf(views), forTraining, forValidation);
        }
    }

    /** Every image changed by one of the perturbations, or none at all. */
    private static List<CanonicalImage> perturbed(List<CanonicalImage> images, TrainingSettings settings) {
        if (!settings.augmented()) {
            return List.of();
        }
        List<Perturbation> perturbations = Perturbation.grid().stream()
                .filter(perturbation -> !perturbation.name().equals("none"))
                .toList();
        Random random = new Random(settings.seed());
        return images.stream()
                .map(image ->
                        perturbations.get(random.nextInt(perturbations.size())).apply(image))
                .toList();
    }

    /** @throws IllegalArgumentException when the reference lacks a space, or embeds otherwise than this version */
    public static void requireAlike(Reference reference, List<View> views) {
        for (EmbeddingSpace space : View.spaces(views)) {
            reference.collection(space);
            if (!reference.graphSha256(space.name()).equals(Optional.of(space.sha256(reference.size())))) {
                throw new IllegalArgumentException(
                        "The reference %s embeds in the space %s otherwise than is asked for: build it again"
                                .formatted(reference.name(), space.name()));
            }
        }
    }

    /** One of views of a reference, as this version embeds. */
    public static ArtifactExtractor extractor(Reference reference, List<View> views, int neighbours, int threads) {
        return new ArtifactExtractor(
                reference, Embedder.of(View.spaces(views), reference.size(), threads), views, neighbours, threads);
    }

    /**
     * The artifacts of all crops of many images, {@code [view][crop]}.
     *
     * @param done hears how many images are done so far
     */
    public static List<List<float[]>> extract(
            ArtifactExtractor extractor, List<CanonicalImage> images, LongConsumer done) {
        List<List<float[]>> artifacts = new ArrayList<>();
        extractor.views().forEach(view -> artifacts.add(new ArrayList<>()));
        long extractedImages = 0;
        for (List<CanonicalImage> batch : Crops.batches(images, BATCH)) {
            float[][][] extracted = extractor.extract(batch).artifacts();
            for (int v = 0; v < extracted.length; v++) {
                artifacts.get(v).addAll(List.of(extracted[v]));
            }
            extractedImages += batch.size();
            done.accept(extractedImages);
        }
        return artifacts;
    }
}
