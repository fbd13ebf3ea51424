package dev.whence.infra;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code whence evaluate}. */
@Command(
        name = "evaluate",
        description = {
            "Measure a bundle on labelled images and write report.json and report.html.",
            "Images that the bundle was trained on are left out and counted."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  whence evaluate --model model --reference reference --known generated/ --real real.tar --report report")
final class EvaluateCommand implements Callable<Integer> {
    @Mixin
    ModelOptions model;

    @Option(
            names = "--known",
            required = true,
            paramLabel = "DIR",
            description = "Folder with one archive or folder of images for each generator, named after it.")
    Path known;

    @Option(names = "--real", paramLabel = "SOURCE", description = "Real images that are not in the reference.")
    Optional<Path> real;

    @Option(
            names = "--unknown",
            paramLabel = "DIR",
            description = "Like --known, with generators that the bundle was not trained on.")
    Optional<Path> unknown;

    @Option(names = "--report", required = true, paramLabel = "OUT", description = "Folder to write the report to.")
    Path report;

    @Option(names = "--json", description = "Print report.json as well.")
    boolean json;

    @Override
    public Integer call() {
        throw new UnsupportedOperationException("in the making");
    }
}
