package dev.whence.infra;

import dev.whence.attributor.reference.Reference;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code whence reference compact}. */
@Command(
        name = "compact",
        description =
                "Give back the disk space of withdrawn images. For references in a folder; a server does it by itself.",
        footerHeading = "%nExample:%n",
        footer = "  whence reference compact --reference reference")
final class ReferenceCompactCommand implements Callable<Integer> {
    @Option(names = "--reference", required = true, paramLabel = "R", description = "Folder of the reference.")
    private Path reference;

    @Override
    public Integer call() {
        Reference.compact(reference);
        return 0;
    }
}
