package dev.whence.infra;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code whence demo}. */
@Command(
        name = "demo",
        description = {
            "Start the whole stack, stream the shipped images through it and show the verdicts against the truth.",
            "Fails when an image is unaccounted for or the accuracy is below 95 %%."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  whence demo", "  whence demo --keep"})
final class DemoCommand implements Callable<Integer> {
    @Option(names = "--keep", description = "Leave the stack up, and its data in place, until Ctrl-C.")
    boolean keep;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "600",
            description = "How many images to stream (default: ${DEFAULT-VALUE}).")
    int images;

    @Option(
            names = "--pack",
            paramLabel = "DIR",
            hidden = true,
            defaultValue = "${sys:whence.root:-.}/infra/demo",
            description = "Folder with pack and model.")
    Path pack;

    @Override
    public Integer call() {
        throw new UnsupportedOperationException("in the making");
    }
}
