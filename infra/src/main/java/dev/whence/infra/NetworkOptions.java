package dev.whence.infra;

import dev.whence.attributor.projection.Projection;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.training.TrainingSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How attribution networks are trained. */
final class NetworkOptions {
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
            defaultValue = "none,mean",
            description =
                    "How the nearest point of the real manifold is estimated: none, nearest, mean or affine-hull. Of"
                            + " several, separated by commas, a network for each (default: ${DEFAULT-VALUE}).")
    private List<String> projections = List.of();

    @Option(
            names = "--neighbours",
            paramLabel = "N",
            defaultValue = "" + TrainingSettings.DEFAULT_NEIGHBOURS,
            description = "Reference points that the mean or the affine hull is made of (default: ${DEFAULT-VALUE}).")
    private int neighbours;

    @Option(
            names = "--augment",
            description = "Train on every image once more, re-encoded, resized, cropped, blurred or with noise: for"
                    + " images that went through such changes.")
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

    int threads() {
        return threads.count();
    }

    /** @throws IllegalArgumentException when the reference has no such space */
    TrainingSettings settings(String name, Reference real) {
        return new TrainingSettings(
                name, seed, epochs, views(real), neighbours, augment, testShare, falsePositiveRate, threads());
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
}
