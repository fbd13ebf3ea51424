package dev.whence.infra;

import dev.whence.infra.demo.Demo;
import dev.whence.infra.demo.DemoPack;
import dev.whence.infra.stack.LocalStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
    private static final double LEAST_ACCURACY = 0.95;

    @Option(names = "--keep", description = "Leave the stack up until Ctrl-C.")
    private boolean keep;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "600",
            description = "How many images to stream, the same number of every class (default: ${DEFAULT-VALUE}).")
    private int images;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "100",
            description = "Images a second (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of the stack's data; a temporary one, deleted at the end, if not given.")
    private Optional<Path> data;

    @Option(
            names = "--pack",
            hidden = true,
            paramLabel = "DIR",
            defaultValue = "${sys:whence.root:-.}/infra/demo",
            description = "Folder with the pack and the model.")
    private Path packFolder;

    @Override
    public Integer call() throws Exception {
        DemoPack pack = new DemoPack(packFolder);
        if (!pack.exists()) {
            throw new CommandFailedException(
                    "There are no demo images in %s: run ./whence demo in a clone of the repository"
                            .formatted(packFolder));
        }
        Path folder = data.isPresent() ? data.get() : Files.createTempDirectory("whence-demo");
        try (Foreground foreground = new Foreground()) {
            return run(new Demo(pack, folder, System.out, Progress.onTerminal()), foreground);
        } finally {
            if (data.isEmpty()) {
                TemporaryFolder.delete(folder);
            }
        }
    }

    private int run(Demo demo, Foreground foreground) throws Exception {
        try (LocalStack stack = demo.start()) {
            Demo.Result result = demo.stream(stack, images, rate, foreground::stopping);
            boolean good = result.accountedFor() && result.accuracy() >= LEAST_ACCURACY;
            System.out.printf(
                    "accuracy %.1f %% on images that training never saw (at least %.0f %% wanted)%n",
                    100 * result.accuracy(), 100 * LEAST_ACCURACY);
            if (keep && !foreground.stopping()) {
                System.out.printf(
                        "%nThe stack stays up: Kafka %s, metrics %s; Ctrl-C stops it.%n",
                        stack.bootstrapServers(), stack.metricsUri());
                foreground.await(stack);
            }
            return good ? 0 : 1;
        }
    }
}
