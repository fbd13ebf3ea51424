package dev.whence.infra;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code whence bench stream}. */
@Command(
        name = "stream",
        description = {
            "Images a second of the whole pipeline, and of a plain loop over the same images with the same bundle and"
                    + " threads but without Kafka and Flink.",
            "Rounds of both alternate in one run; the figures are the medians."
        },
        footerHeading = "%nExample:%n",
        footer = "  whence bench stream --model model --reference reference images.zip")
final class BenchStreamCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "SOURCE", description = "Images: files, folders, .tar or .zip archives.")
    List<Path> sources;

    @Mixin
    ModelOptions model;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds of each (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(names = "--json", description = "Print the figures as one JSON object.")
    boolean json;

    @Override
    public Integer call() {
        throw new UnsupportedOperationException("in the making");
    }
}
