package dev.whence.infra;

import dev.whence.attributor.LabelledImage;
import dev.whence.attributor.projection.Projection;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.training.AttributionTrainer;
import dev.whence.attributor.training.AttributionTrainer.Trained;
import dev.whence.attributor.training.TrainingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.Spliterators;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code whence train}. */
@Command(
        name = "train",
        description = "Train an attribution network against a reference and write the model bundle.",
        footerHeading = "%nExample:%n",
        footer = "  whence train --reference reference --generated generated/ --real real.tar --model model")
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--reference",
            required = true,
            paramLabel = "R",
            description = "Folder of the reference that 'whence reference build' wrote.")
    private Path reference;

    @Option(
            names = "--generated",
            required = true,
            paramLabel = "DIR",
            description =
                    "Folder with one archive or folder of images for each generator, named after it. A generators.yaml"
                            + " in it or beside it may tell their families.")
    private Path generated;

    @Option(
            names = "--real",
            required = true,
            paramLabel = "SOURCE",
            description = "Real images that are not in the reference.")
    private Path real;

    @Option(names = "--model", required = true, paramLabel = "M", description = "Folder to write the bundle to.")
    private Path model;

    @Option(names = "--overwrite", description = "Replace a bundle that is there already.")
    private boolean overwrite;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "" + TrainingSettings.DEFAULT_EPOCHS,
            description = "Passes over the training images (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--spaces",
            split = ",",
            paramLabel = "SPACE",
            description =
                    "Embedding spaces to use, separated by commas; all of the reference if not given. SPACE/PROJECTION has"
                            + " a projection of its own.")
    private List<String> spaces = List.of();

    @Option(
            names = "--projection",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "affine-hull",
            description = "How the nearest point of the real manifold is estimated: none, nearest, mean or affine-hull"
                    + " (default: ${DEFAULT-VALUE}). Several, separated by commas: a network for each.")
    private List<String> projections = List.of();

    @Option(
            names = "--neighbours",
            paramLabel = "N",
            defaultValue = "" + TrainingSettings.DEFAULT_NEIGHBOURS,
            description = "Reference points that the mean or the affine hull is made of (default: ${DEFAULT-VALUE}).")
    private int neighbours;

    @Option(
            names = "--augment",
            description =
                    "Train on every image once more, re-encoded, resized, cropped, blurred or with noise: costs some accuracy"
                            + " on images as they are and keeps it on such ones.")
    private boolean augment;

    @Option(
            names = "--test-share",
            paramLabel = "SHARE",
            defaultValue = "" + TrainingSettings.DEFAULT_TEST_SHARE,
            description = "Share of the images kept out of training for the test (default: ${DEFAULT-VALUE}).")
    private double testShare;

    @Option(
            names = "--false-positive-rate",
            paramLabel = "RATE",
            defaultValue = "" + TrainingSettings.DEFAULT_FALSE_POSITIVE_RATE,
            description = "Share of known images that may count as of a new generator: sets the threshold of novelty on"
                    + " validation images (default: ${DEFAULT-VALUE}).")
    private double falsePositiveRate;

    @Mixin
    private ThreadOptions threads;

    @Override
    public Integer call() throws Exception {
        requireFree();
        SortedMap<String, Path> generators = LabelledSources.generators(generated);
        try (Reference real = Reference.open(reference, threads.count(), EnvironmentAccess.PINNED);
                LabelledSources images = new LabelledSources().add(generators).addReal(this.real);
                TrainingProgress progress = new TrainingProgress(images.count())) {
            TrainingSettings settings = new TrainingSettings(
                    model.toAbsolutePath().normalize().getFileName().toString(),
                    seed,
                    epochs,
                    views(real),
                    neighbours,
                    augment,
                    testShare,
                    falsePositiveRate,
                    threads.count());
            Map<String, Optional<String>> families = GeneratorFamilies.of(generators.keySet(), generated);
            Trained trained = AttributionTrainer.train(real, families, labelled(images), settings, model, progress);
            report(trained);
        }
        return 0;
    }

    private List<View> views(Reference real) {
        List<String> wanted = spaces.isEmpty()
                ? real.spaces().stream().map(EmbeddingSpace::name).toList()
                : spaces;
        Map<String, EmbeddingSpace> opened = new HashMap<>();
        List<View> views = new ArrayList<>();
        for (String name : wanted) {
            String[] parts = name.split("/", 2);
            EmbeddingSpace space = opened.computeIfAbsent(parts[0].toUpperCase(Locale.ROOT), real::space);
            List<String> ways = parts.length == 2 ? List.of(parts[1]) : projections;
            ways.forEach(way -> views.add(new View(space, Projection.named(way))));
        }
        return views;
    }

    private static Iterator<LabelledImage> labelled(LabelledSources images) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(images, 0), false)
                .flatMap(image -> Sources.encoded(image.image()).stream()
                        .map(encoded -> new LabelledImage(image.label(), encoded)))
                .iterator();
    }

    private void requireFree() throws CommandFailedException {
        String[] entries = model.toFile().list();
        if (!overwrite && entries != null && entries.length > 0) {
            throw new CommandFailedException(
                    "%s is not empty: name a new folder, or add --overwrite to replace the bundle".formatted(model));
        }
    }

    private void report(Trained trained) {
        spec.commandLine()
                .getOut()
                .printf(
                        "%s: balanced accuracy %.3f on %.0f validation images; %,d images kept out for the test%s%n",
                        model,
                        trained.bundle().manifest().measured().getOrDefault("validationBalancedAccuracy", Double.NaN),
                        trained.bundle().manifest().measured().getOrDefault("validationImages", Double.NaN),
                        trained.test(),
                        trained.rejected() == 0 ? "" : "; %,d unreadable".formatted(trained.rejected()));
    }
}
