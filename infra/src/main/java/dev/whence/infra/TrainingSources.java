package dev.whence.infra;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What attribution networks are trained on, and whether what is there already may go. */
final class TrainingSources {
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
            description =
                    "Folder with one archive or folder of images for each generator, named after it. A generators.yaml"
                            + " in it or beside it may tell their families and designs.")
    Path generated;

    @Option(
            names = "--real",
            required = true,
            paramLabel = "SOURCE",
            description = "Real images that are not in the reference.")
    Path real;

    @Option(names = "--overwrite", description = "Replace what is there already.")
    private boolean overwrite;

    /** @param what is written there, as a sentence names it */
    void requireFree(Path out, String what) throws CommandFailedException {
        String[] entries = out.toFile().list();
        if (!overwrite && entries != null && entries.length > 0) {
            throw new CommandFailedException(
                    "%s is not empty: name a new folder, or add --overwrite to replace the %s".formatted(out, what));
        }
    }
}
