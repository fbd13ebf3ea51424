package dev.whence.attributor.training;

import dev.whence.attributor.AttributionNetwork;
import dev.whence.attributor.AttributionNetwork.Reading;
import dev.whence.attributor.Calibration;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.LabelledImage;
import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.bundle.ModelManifest;
import dev.whence.attributor.openset.KnownFingerprints;
import dev.whence.attributor.openset.NoveltyMethod;
import dev.whence.attributor.openset.NoveltyScore;
import dev.whence.attributor.projection.ArtifactExtractor;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.space.Embedder;
import dev.whence.attributor.space.EmbeddingSpace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Trains an attribution network against a reference and writes the bundle.
 *
 * <p>A share of the images, chosen by name, is never looked at: the test part. A tenth chooses the epoch and the
 * temperature. The bundle remembers the hashes of all images it saw, so that an evaluation can leave them out.
 */
public final class AttributionTrainer {
    private static final int BATCH = 64;
    private static final double UNSURE_MARGIN = 0.05;

    private AttributionTrainer() {}

    /** Hears how far a training is. */
    public interface Progress {
        /** An image was read, and projected unless it belongs to the test part. */
        void imageRead();

        /**
         * An epoch is over.
         *
         * @param loss mean training loss, in nats
         * @param balancedAccuracy on the validation part
         */
        void epoch(int epoch, int of, double loss, double balancedAccuracy);
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
        settings.spaces().forEach(space -> requireAlike(space, reference));
        try (ArtifactExtractor extractor = new ArtifactExtractor(
                reference,
                Embedder.of(settings.spaces(), reference.size(), settings.threads()),
                settings.projection(),
                settings.neighbours(),
                settings.threads())) {
            TrainingImages data = new TrainingImages(
                    extractor, classes, settings.spaces().size(), reference.size(), settings.testShare());
            while (images.hasNext()) {
                LabelledImage image = images.next();
                data.add(image.label(), image.image());
                progress.imageRead();
            }
            data.extract();
            requireEveryClass(classes, data);
            return new Trained(
                    train(reference, generators, classes, data, settings, out, progress),
                    data.testImages(),
                    data.rejectedImages());
        }
    }

    private static void requireAlike(EmbeddingSpace space, Reference reference) {
        reference.collection(space);
        if (!reference.graphSha256(space.name()).equals(Optional.of(space.sha256(reference.size())))) {
            throw new IllegalArgumentException(
                    "The reference %s embeds in the space %s otherwise than is asked for: build it again"
                            .formatted(reference.name(), space.name()));
        }
    }

    private static ModelBundle train(
            Reference reference,
            Map<String, Optional<String>> generators,
            List<String> classes,
            TrainingImages data,
            TrainingSettings settings,
            Path out,
            Progress progress) {
        int size = reference.size();
        float[] scales = scales(data.training());
        byte[] graph;
        float[][] trained;
        try (NetworkTraining training =
                new NetworkTraining(settings, classes.size(), size, scales, data.training(), data.validation())) {
            training.run(progress);
            graph = training.export();
            trained = training.validationLogits();
        }
        Measured measured;
        float[][] prototypes;
        KnownFingerprints known;
        try (AttributionNetwork network = new AttributionNetwork(graph, settings.shapes(size), settings.threads())) {
            Reading validation = read(network, data.validation());
            ExportCheck.requireEqual(trained, validation.logits());
            KnownFingerprints all = byClass(read(network, data.training()), data.training(), classes.size());
            prototypes = all.prototypes();
            known = all.sample();
            measured = measure(validation, data.validation(), known, settings.falsePositiveRate());
        }
        String version = Hashes.sha256(graph).substring(0, 12);
        List<ModelManifest.Space> spaces = settings.spaces().stream()
                .map(space -> ModelManifest.Space.of(space, size))
                .toList();
        ModelManifest manifest = new ModelManifest(
                ModelManifest.FORMAT,
                settings.name(),
                version,
                size,
                settings.projection().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                settings.neighbours(),
                spaces,
                classes.stream()
                        .map(c -> new ModelManifest.SourceClass(
                                c, generators.getOrDefault(c, Optional.empty()).orElse(null)))
                        .toList(),
                measured.temperature(),
                UNSURE_MARGIN,
                measured.novelty(),
                new ModelManifest.ReferenceLink(reference.name(), reference.version(), reference.sha256()),
                data.counts(),
                settings(settings),
                measured.figures(),
                Map.of());
        return ModelBundle.write(
                out,
                manifest,
                settings.spaces(),
                graph,
                prototypes,
                known.byClass(),
                data.seen(),
                ModelCard.of(manifest, reference.images()));
    }

    private static void requireEveryClass(List<String> classes, TrainingImages data) {
        for (int c = 0; c < classes.size(); c++) {
            if (!data.training().labels.contains(c) || !data.validation().labels.contains(c)) {
                throw new IllegalArgumentException(
                        "Too few images of %s: training and validation need some of every source"
                                .formatted(classes.get(c)));
            }
        }
    }

    /** One over the standard deviation of each space's artifacts: what a branch sees has unit variance. */
    private static float[] scales(TrainingImages.Part part) {
        float[] scales = new float[part.artifacts.size()];
        for (int s = 0; s < scales.length; s++) {
            double sum = 0;
            double squares = 0;
            long n = 0;
            for (float[] artifact : part.artifacts.get(s)) {
                for (float v : artifact) {
                    sum += v;
                    squares += (double) v * v;
                }
                n += artifact.length;
            }
            double variance = squares / n - (sum / n) * (sum / n);
            scales[s] = (float) (1 / Math.sqrt(Math.max(variance, 1e-12)));
        }
        return scales;
    }

    private record Measured(double temperature, ModelManifest.Novelty novelty, Map<String, Double> figures) {}

    private static Reading read(AttributionNetwork network, TrainingImages.Part part) {
        float[][] logits = new float[part.size()][];
        float[][] fingerprints = new float[part.size()][];
        for (int from = 0; from < part.size(); from += BATCH) {
            Reading batch = network.read(part.batch(from, Math.min(part.size(), from + BATCH)));
            System.arraycopy(batch.logits(), 0, logits, from, batch.logits().length);
            System.arraycopy(batch.fingerprints(), 0, fingerprints, from, batch.fingerprints().length);
        }
        return new Reading(logits, fingerprints);
    }

    private static Measured measure(
            Reading reading, TrainingImages.Part part, KnownFingerprints known, double falsePositiveRate) {
        float[][] logits = reading.logits();
        int[] labels = part.labels(0, part.size());
        double temperature = Calibration.temperature(logits, labels);
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("validationImages", (double) labels.length);
        figures.put(
                "validationBalancedAccuracy",
                BalancedAccuracy.of(logits, labels, known.byClass().size()));
        figures.put("validationNllBefore", Calibration.negativeLogLikelihood(logits, labels, 1));
        figures.put("validationNllAfter", Calibration.negativeLogLikelihood(logits, labels, temperature));
        return new Measured(
                temperature,
                new ModelManifest.Novelty(
                        NoveltyMethod.DEFAULT.label(),
                        noveltyThreshold(reading, known, falsePositiveRate),
                        falsePositiveRate,
                        known.byClass().stream().map(rows -> rows.length).toList()),
                figures);
    }

    /** So that the stated share of the validation images, all of known sources, lies above. */
    private static double noveltyThreshold(Reading reading, KnownFingerprints known, double falsePositiveRate) {
        NoveltyScore score = NoveltyMethod.DEFAULT.fit(known);
        double[] scores = new double[reading.logits().length];
        Arrays.setAll(scores, i -> score.of(reading.logits()[i], reading.fingerprints()[i]));
        Arrays.sort(scores);
        return scores[scores.length - 1 - (int) (falsePositiveRate * scores.length)];
    }

    private static KnownFingerprints byClass(Reading reading, TrainingImages.Part part, int classes) {
        return new KnownFingerprints(IntStream.range(0, classes)
                .mapToObj(c -> IntStream.range(0, part.size())
                        .filter(i -> part.labels.get(i) == c)
                        .mapToObj(i -> reading.fingerprints()[i])
                        .toArray(float[][]::new))
                .toList());
    }

    private static Map<String, String> settings(TrainingSettings settings) {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("seed", Long.toString(settings.seed()));
        map.put("epochs", Integer.toString(settings.epochs()));
        map.put("testShare", Double.toString(settings.testShare()));
        map.put("threads", Integer.toString(settings.threads()));
        map.put("trainer", "PyTorch through DJL");
        return map;
    }
}
