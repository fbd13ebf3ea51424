package dev.whence.infra;

import dev.whence.attributor.LabelledImage;
import dev.whence.attributor.training.EncoderKind;
import dev.whence.attributor.training.EncoderSettings;
import dev.whence.attributor.training.EncoderTrainer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code whence train-encoder}. */
@Command(
        name = "train-encoder",
        description = "Train an image encoder on real images: its features are one more space of a reference.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  whence train-encoder --images reference.tar --kind supervised --out SL",
            "  whence train-encoder --images photos/ --kind barlow-twins --out SSL",
            "  whence train-encoder --images photos/ --kind barlow-twins --out SSL --resume"
        })
final class TrainEncoderCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--images",
            required = true,
            arity = "1..*",
            paramLabel = "SOURCE",
            description =
                    "Real images: files, folders, .tar or .zip archives. Their class is their folder where there is"
                            + " more than one, else the last part of their names, as in photo-0001-cat.jpg.")
    private List<Path> images;

    @Option(names = "--out", required = true, paramLabel = "E", description = "Folder to write the encoder to.")
    private Path out;

    @Option(
            names = "--kind",
            required = true,
            paramLabel = "KIND",
            description = "supervised: learns to tell the images' classes apart; barlow-twins: learns without labels to"
                    + " know an image again when it is distorted.")
    private String kind;

    @Option(
            names = "--name",
            paramLabel = "SPACE",
            description = "Name of the space of its features; SL (supervised) or SSL (barlow-twins) if not given.")
    private Optional<String> name;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "" + EncoderSettings.DEFAULT_EPOCHS,
            description = "Passes over the training images (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            defaultValue = "" + EncoderSettings.DEFAULT_SIZE,
            description = "Side of the square every image is brought to (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--dimension",
            paramLabel = "N",
            defaultValue = "" + EncoderSettings.DEFAULT_DIMENSION,
            description = "Number of features (default: ${DEFAULT-VALUE}).")
    private int dimension;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--resume",
            description = "Go on with the training that was cut off in the folder, with the same images and options.")
    private boolean resume;

    @Mixin
    private ThreadOptions threads;

    @Override
    public Integer call() throws Exception {
        EncoderKind learned = EncoderKind.named(kind);
        EncoderSettings settings = new EncoderSettings(
                name.orElse(learned.space()), learned, size, dimension, epochs, seed, threads.count());
        try (Sources sources = new Sources(images);
                EncoderProgress progress = new EncoderProgress(sources.count())) {
            Map<String, Double> measured =
                    EncoderTrainer.train(sources.readable(LabelledImage::new), settings, out, resume, progress);
            spec.commandLine()
                    .getOut()
                    .printf(
                            "%s: encoder %s of %d features%s%n",
                            out,
                            settings.name(),
                            dimension,
                            measured.containsKey("probe")
                                    ? "; probe %.3f (pixels %.3f, untrained %.3f) on %.0f images"
                                            .formatted(
                                                    measured.get("probe"),
                                                    measured.get("probeOfPixels"),
                                                    measured.get("probeUntrained"),
                                                    measured.get("heldOutImages"))
                                    : "");
        }
        return 0;
    }
}
