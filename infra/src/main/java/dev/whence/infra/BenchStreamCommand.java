package dev.whence.infra;

import dev.whence.infra.bench.StreamBench;
import dev.whence.infra.bench.StreamConfiguration;
import dev.whence.infra.bench.StreamFigures;
import dev.whence.stream.AttributionJobSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.flink.connector.base.DeliveryGuarantee;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code whence bench stream}. */
@Command(
        name = "stream",
        description = {
            "The whole pipeline in one run: images a second and CPU time against a plain loop with the same bundle and"
                    + " threads but without Kafka and Flink, and against a job that attributes nothing; latencies under"
                    + " steady load and under a step; batches; memory under too much load.",
            "Rounds of all three alternate; their figures are the medians. Every delivery is measured with every interval"
                    + " of checkpoints and every number of subtasks, about two minutes each."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  whence bench stream --model model --reference reference images.zip",
            "  whence bench stream --model model --reference reference --parallelism 1,2 --checkpoint-intervals 100,200,1000"
                    + " --json images.zip"
        })
final class BenchStreamCommand implements Callable<Integer> {
    /** Shorter ones are nothing but the job's own pauses. */
    private static final long SHORTEST_INTERVAL = 10;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "SOURCE", description = "Images: files, folders, .tar or .zip archives.")
    private List<Path> sources;

    @Mixin
    private ModelOptions model;

    @Option(
            names = "--delivery",
            split = ",",
            paramLabel = "GUARANTEE",
            defaultValue = "exactly-once,at-least-once",
            description = "exactly-once, at-least-once or both, separated by commas (default: ${DEFAULT-VALUE}).")
    private List<DeliveryOptions.Guarantee> deliveries;

    @Option(
            names = "--checkpoint-intervals",
            split = ",",
            paramLabel = "MILLIS",
            defaultValue = "200",
            description = "Milliseconds between checkpoints, separated by commas (default: ${DEFAULT-VALUE}).")
    private List<Long> checkpointIntervals;

    @Option(
            names = "--parallelism",
            split = ",",
            paramLabel = "N",
            defaultValue = "2",
            description = "Subtasks of the job, separated by commas (default: ${DEFAULT-VALUE}).")
    private List<Integer> parallelism;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "" + AttributionJobSettings.DEFAULT_BATCH_SIZE,
            description = "Most images of a micro-batch (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(
            names = "--warm-up-seconds",
            paramLabel = "S",
            defaultValue = "15",
            description =
                    "Seconds that a job which was started is warmed up at most; it ends once the JVM compiles little"
                            + " (default: ${DEFAULT-VALUE}).")
    private double warmUpSeconds;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds of each (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "8000",
            description = "Images of a round; the sources are repeated as often as that takes"
                    + " (default: ${DEFAULT-VALUE}).")
    private int images;

    @Option(
            names = "--load",
            paramLabel = "SHARE",
            defaultValue = "0.5",
            description =
                    "Rate of the steady load, as a share of the pipeline's throughput (default: ${DEFAULT-VALUE}).")
    private double load;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "Seconds of the steady load (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--step",
            paramLabel = "TIMES",
            defaultValue = "3",
            description = "How many times the steady rate the step has (default: ${DEFAULT-VALUE}).")
    private double step;

    @Option(
            names = "--step-seconds",
            paramLabel = "S",
            defaultValue = "4",
            description = "Seconds of the step (default: ${DEFAULT-VALUE}).")
    private double stepSeconds;

    @Option(
            names = "--overload",
            paramLabel = "TIMES",
            defaultValue = "4",
            description =
                    "Rate of the overload, as a multiple of the pipeline's throughput (default: ${DEFAULT-VALUE}).")
    private double overload;

    @Option(
            names = "--overload-seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "Seconds of the overload (default: ${DEFAULT-VALUE}).")
    private double overloadSeconds;

    @Option(names = "--json", description = "Print the figures as one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        requireRightUse();
        model.requireFolders();
        model.engine.require();
        Path data = Files.createTempDirectory("whence-bench");
        StreamBench.Settings settings = settings(data);
        try (Sources all = new Sources(sources);
                Progress progress = Progress.of("rounds and loads", settings.steps())) {
            StreamFigures figures = StreamBench.of(all, settings).run(progress::at);
            spec.commandLine().getOut().println(json ? figures.json() : figures.text());
        } finally {
            TemporaryFolder.delete(data);
        }
        return 0;
    }

    private StreamBench.Settings settings(Path data) {
        return new StreamBench.Settings(
                data,
                model.model,
                model.reference,
                model.engine,
                model.access(),
                model.threads.count(),
                batchSize,
                warmUpSeconds,
                rounds,
                images,
                load,
                seconds,
                step,
                stepSeconds,
                overload,
                overloadSeconds,
                configurations());
    }

    private List<StreamConfiguration> configurations() {
        List<StreamConfiguration> configurations = new ArrayList<>();
        for (int subtasks : parallelism) {
            for (DeliveryOptions.Guarantee delivery : deliveries) {
                for (long millis : checkpointIntervals) {
                    configurations.add(new StreamConfiguration(
                            subtasks, DeliveryGuarantee.valueOf(delivery.name()), Duration.ofMillis(millis)));
                }
            }
        }
        return configurations;
    }

    private void requireRightUse() {
        if (parallelism.stream().anyMatch(subtasks -> subtasks < 1) || batchSize < 1 || rounds < 1 || images < 1) {
            throw wrongUse("--parallelism, --batch-size, --rounds and --images must be 1 or more.");
        }
        if (checkpointIntervals.stream().anyMatch(millis -> millis < SHORTEST_INTERVAL)) {
            throw wrongUse("--checkpoint-intervals must be %d or more.".formatted(SHORTEST_INTERVAL));
        }
        if (!Stream.of(warmUpSeconds, load, seconds, step, stepSeconds, overload, overloadSeconds)
                .allMatch(value -> value > 0)) {
            throw wrongUse("--load, --step, --overload and all seconds must be above 0.");
        }
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
