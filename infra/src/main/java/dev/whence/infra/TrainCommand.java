package dev.whence.infra;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code whence train}. */
@Command(
        name = "train",
        description = "Train an attribution network against a reference and write the model bundle.",
        footerHeading = "%nExample:%n",
        footer = "  whence train --reference reference --generated generated/ --real real.tar --model model")
final class TrainCommand implements Callable<Integer> {
    @Option(
            names = "--reference",
            required = true,
            paramLabel = "R",
            description = "Folder of the reference that 'whence reference build' wrote.")
    Path reference;

    @Option(
            names = "--generated",
            required = true,
            paramLabel = "DIR",
            description = "Folder with one archive or folder of images for each generator, named after it.")
    Path generated;

    @Option(
            names = "--real",
            required = true,
            paramLabel = "SOURCE",
            description = "Real images that are not in the reference.")
    Path real;

    @Option(names = "--model", required = true, paramLabel = "M", description = "Folder to write the bundle to.")
    Path model;

    @Option(names = "--overwrite", description = "Replace a bundle that is there already.")
    boolean overwrite;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "12",
            description = "Passes over the training images (default: ${DEFAULT-VALUE}).")
    int epochs;

    @Option(
            names = "--spaces",
            split = ",",
            paramLabel = "SPACE",
            description = "Embedding spaces to use, separated by commas; all of the reference if not given.")
    List<String> spaces = List.of();

    @Option(
            names = "--test-share",
            paramLabel = "SHARE",
            defaultValue = "0.2",
            description = "Share of the images kept out of training for the test (default: ${DEFAULT-VALUE}).")
    double testShare;

    @Mixin
    ThreadOptions threads;

    @Override
    public Integer call() {
        throw new UnsupportedOperationException("in the making");
    }
}
