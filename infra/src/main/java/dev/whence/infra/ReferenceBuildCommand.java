package dev.whence.infra;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code whence reference build}. */
@Command(
        name = "build",
        description = "Embed real images into a reference. Real images to be attributed later must not be among them.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  whence reference build --images photos/ --out reference",
            "  whence reference build --images a.tar b.zip --out reference --size 64"
        })
final class ReferenceBuildCommand implements Callable<Integer> {
    @Option(
            names = "--images",
            required = true,
            arity = "1..*",
            paramLabel = "SOURCE",
            description = "Real images: files, folders, .tar or .zip archives.")
    List<Path> images;

    @Option(names = "--out", required = true, paramLabel = "R", description = "Folder to write; new or empty.")
    Path out;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            defaultValue = "32",
            description = "Side of the square every image is brought to (default: ${DEFAULT-VALUE}).")
    int size;

    @Option(names = "--name", paramLabel = "N", description = "Name of the reference; the folder's name if not given.")
    Optional<String> name;

    @Option(
            names = "--spaces",
            split = ",",
            paramLabel = "SPACE",
            defaultValue = "RGB,FREQ",
            description = "Embedding spaces, separated by commas (default: ${DEFAULT-VALUE}).")
    List<String> spaces;

    @Mixin
    ThreadOptions threads;

    @Override
    public Integer call() {
        throw new UnsupportedOperationException("in the making");
    }
}
