package dev.whence.attributor.training;

import dev.whence.attributor.Hashes;
import dev.whence.attributor.LabelledImage;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.space.EncoderDescription;
import dev.whence.attributor.space.ImageEncoder;
import dev.whence.attributor.training.EncoderImages.Labels;
import dev.whence.attributor.training.EncoderImages.Normalisation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Trains an encoder on real images and writes its folder: the ONNX graph and {@code encoder.json}.
 *
 * <p>A tenth of the images, chosen by name, is not trained on: where images have labels, its probe says how much of
 * them the features show. After every epoch a checkpoint is left in the folder; it goes when the encoder is there.
 */
public final class EncoderTrainer {
    private static final String GRAPH = "encoder.onnx";
    /** How often the features are probed on the way. */
    private static final int PROBES = 5;

    private static final int BATCH = 64;

    private EncoderTrainer() {}

    /** Hears how far a training is. */
    public interface Progress {
        /** An image was read. */
        void imageRead();

        /** All images are read, and the training begins or goes on. */
        void start(Start start);

        /**
         * An epoch is over.
         *
         * @param loss mean training loss
         * @param probe how much of the classes the features show, after some of the epochs
         */
        void epoch(int epoch, int of, double loss, OptionalDouble probe);
    }

    /**
     * What a training begins with.
     *
     * @param epochsDone more than 0 where it goes on
     * @param images trained on
     * @param heldOut images for the probe
     * @param rejected images that could not be decoded
     * @param labels where the labels come from, for a person
     * @param classes empty where there are no labels
     * @param measured the probe of the pixels and of the untrained network, by name
     */
    public record Start(
            int epochsDone,
            int images,
            int heldOut,
            long rejected,
            String labels,
            List<String> classes,
            Map<String, Double> measured) {}

    /**
     * Trains and writes an encoder.
     *
     * @param images labelled with the folder they are in
     * @param resume go on with the training that was cut off in the folder
     * @param out a folder
     * @return what was measured, by name
     * @throws IllegalArgumentException when the folder or the images do not allow it
     */
    public static Map<String, Double> train(
            Iterator<LabelledImage> images, EncoderSettings settings, Path out, boolean resume, Progress progress) {
        requireUsable(out, resume);
        EncoderImages data = new EncoderImages(settings.size());
        while (images.hasNext()) {
            LabelledImage image = images.next();
            data.add(image.label(), image.image());
            progress.imageRead();
        }
        Labels labels = data.labels();
        requireEnough(settings, data, labels);
        Normalisation normalisation = data.normalisation();
        String key = "%s, images %s".formatted(settings, data.sha256());
        Optional<EncoderCheckpoint> checkpoint = resume ? Optional.of(EncoderCheckpoint.read(out)) : Optional.empty();
        if (checkpoint.isPresent() && !checkpoint.get().key().equals(key)) {
            throw new IllegalArgumentException(
                    "The training in %s was begun with other settings or images: give it the same, or a new folder"
                            .formatted(out));
        }
        try (EncoderTraining training = new EncoderTraining(settings, data, labels, normalisation)) {
            Map<String, Double> measured = new LinkedHashMap<>();
            if (checkpoint.isPresent()) {
                measured.putAll(checkpoint.get().measured());
                training.restore(checkpoint.get().state());
            } else {
                measured.put("heldOutImages", (double) data.heldOut().size());
                if (!labels.classes().isEmpty()) {
                    measured.put("probeOfPixels", training.pixelProbe());
                    measured.put("probeUntrained", training.probe());
                }
                new EncoderCheckpoint(key, 0, measured, training.state()).write(out);
            }
            int done = checkpoint.map(EncoderCheckpoint::epoch).orElse(0);
            progress.start(new Start(
                    done,
                    data.training().size(),
                    data.heldOut().size(),
                    data.rejected(),
                    labels.origin(),
                    labels.classes(),
                    Map.copyOf(measured)));
            OptionalDouble probe = OptionalDouble.empty();
            for (int epoch = done + 1; epoch <= settings.epochs(); epoch++) {
                double loss = training.epoch(epoch);
                new EncoderCheckpoint(key, epoch, measured, training.state()).write(out);
                probe = probe(training, epoch, settings, labels);
                progress.epoch(epoch, settings.epochs(), loss, probe);
            }
            if (!labels.classes().isEmpty()) {
                // Cut off after its last epoch, a training has only this left to do.
                measured.put("probe", probe.isPresent() ? probe.getAsDouble() : training.probe());
            }
            byte[] graph = training.export();
            EncoderDescription description = describe(graph, settings, data, labels, normalisation, measured);
            requireEqual(training, data, graph, description, settings.threads());
            description.write(out, graph);
            EncoderCheckpoint.delete(out);
            return measured;
        }
    }

    private static OptionalDouble probe(EncoderTraining training, int epoch, EncoderSettings settings, Labels labels) {
        boolean due = epoch % Math.max(1, settings.epochs() / PROBES) == 0 || epoch == settings.epochs();
        return due && !labels.classes().isEmpty() ? OptionalDouble.of(training.probe()) : OptionalDouble.empty();
    }

    private static void requireUsable(Path out, boolean resume) {
        if (Files.exists(out.resolve(EncoderDescription.FILE))) {
            throw new IllegalArgumentException("%s holds an encoder already: name a new folder".formatted(out));
        }
        if (resume && !EncoderCheckpoint.isIn(out)) {
            throw new IllegalArgumentException("%s holds no training to go on with: leave --resume out".formatted(out));
        }
        if (!resume && EncoderCheckpoint.isIn(out)) {
            throw new IllegalArgumentException(
                    "%s holds a training that was cut off: add --resume to go on with it, or name a new folder"
                            .formatted(out));
        }
    }

    private static void requireEnough(EncoderSettings settings, EncoderImages data, Labels labels) {
        if (data.training().size() < 2 || data.heldOut().size() == 0) {
            throw new IllegalArgumentException("%d images to train on and %d held out are too few: name more images"
                    .formatted(data.training().size(), data.heldOut().size()));
        }
        if (settings.kind() == EncoderKind.SUPERVISED && labels.classes().size() < 2) {
            throw new IllegalArgumentException("The images have no labels: put them into a folder for each class, end"
                    + " their names in -CLASS, or train " + EncoderKind.BARLOW_TWINS.written());
        }
    }

    private static EncoderDescription describe(
            byte[] graph,
            EncoderSettings settings,
            EncoderImages data,
            Labels labels,
            Normalisation normalisation,
            Map<String, Double> measured) {
        Map<String, String> trainedOn = new LinkedHashMap<>();
        trainedOn.put("kind", settings.kind().written());
        trainedOn.put("images", Integer.toString(data.training().size()));
        trainedOn.put("imagesSha256", data.sha256());
        trainedOn.put("labels", labels.origin());
        trainedOn.put("classes", String.join(" ", labels.classes()));
        trainedOn.put("epochs", Integer.toString(settings.epochs()));
        trainedOn.put("seed", Long.toString(settings.seed()));
        trainedOn.put("threads", Integer.toString(settings.threads()));
        trainedOn.put("trainer", "PyTorch through DJL");
        return new EncoderDescription(
                EncoderDescription.FORMAT,
                settings.name(),
                GRAPH,
                Hashes.sha256(graph),
                settings.size(),
                ImageEncoder.Layout.NCHW,
                normalisation.means(),
                normalisation.deviations(),
                null,
                settings.dimension(),
                trainedOn,
                measured);
    }

    private static void requireEqual(
            EncoderTraining training, EncoderImages data, byte[] graph, EncoderDescription description, int threads) {
        try (ImageEncoder exported =
                new ImageEncoder(graph, description.tensor(), description.input(), Inference.cpu(threads))) {
            List<float[]> trained = training.heldOutFeatures();
            for (int from = 0; from < trained.size(); from += BATCH) {
                int to = Math.min(trained.size(), from + BATCH);
                ExportCheck.requireEqual(
                        trained.subList(from, to).toArray(float[][]::new),
                        exported.embed(data.heldOut().images().subList(from, to)));
            }
        }
    }
}
