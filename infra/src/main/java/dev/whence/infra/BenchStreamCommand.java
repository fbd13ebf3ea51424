package dev.whence.infra;

import dev.whence.infra.bench.StreamBench;
import dev.whence.infra.stack.LocalStackSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "SOURCE", description = "Images: files, folders, .tar or .zip archives.")
    private List<Path> sources;

    @Mixin
    private ModelOptions model;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds of each (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "4000",
            description = "Images of a round; the sources are repeated as often as that takes"
                    + " (default: ${DEFAULT-VALUE}).")
    private int images;

    @Option(names = "--json", description = "Print the figures as one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        model.requireFolders();
        model.engine.require();
        Path data = Files.createTempDirectory("whence-bench");
        try (Sources all = new Sources(sources);
                Progress progress = Progress.of("rounds", rounds)) {
            StreamBench bench = StreamBench.of(
                    all,
                    images,
                    LocalStackSettings.of(data, model.model, model.reference)
                            .withAccess(model.access())
                            .withEngine(model.engine)
                            .withInferenceThreads(model.threads.count()));
            StreamBench.Figures figures = bench.run(rounds, progress::at);
            spec.commandLine().getOut().println(json ? figures.json() : figures.text());
        } finally {
            TemporaryFolder.delete(data);
        }
        return 0;
    }
}
