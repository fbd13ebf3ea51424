package dev.whence.infra;

import dev.whence.infra.stack.ClusterJob;
import dev.whence.stream.AttributionJobSettings;
import dev.whence.stream.engine.EngineSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.apache.flink.connector.base.DeliveryGuarantee;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code whence job}; also the main class of the job where a cluster itself runs it. */
@Command(
        name = "job",
        description = {
            "Start the attribution job on a Flink cluster that has Whence's jars in its lib folder, and wait until it runs.",
            "Started again with the same checkpoints it goes on where it stopped. All paths are paths of every machine of"
                    + " the cluster, and all threads those of a TaskManager."
        },
        footerHeading = "%nExample:%n",
        footer = "  whence job --flink jobmanager:8081 --bootstrap-servers kafka:9092 --data /mnt/whence --model model"
                + " --reference reference")
public final class JobCommand implements Callable<Integer> {
    private static final Pattern FOLDER_NAME = Pattern.compile("[\\w.-]+");

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--flink",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8081",
            description = "REST address of the Flink cluster (default: ${DEFAULT-VALUE}).")
    private String flink;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9092",
            description =
                    "Kafka, as the cluster's machines and this one reach it; topics that it lacks are created (default:"
                            + " ${DEFAULT-VALUE}).")
    private String bootstrapServers;

    @Mixin
    private ModelOptions model;

    @Mixin
    private DataOptions data;

    @Option(
            names = "--checkpoints",
            paramLabel = "DIR",
            description =
                    "Folder of the checkpoints; if not given checkpoints in the folder of --data, or checkpoints-PREFIX"
                            + " there if --transactional-id-prefix names another PREFIX than the default.")
    private Optional<Path> checkpoints = Optional.empty();

    @Option(
            names = "--restore",
            paramLabel = "PATH",
            description =
                    "Checkpoint or savepoint to go on from; if not given the newest checkpoint in --checkpoints, if any. A"
                            + " job that was stopped with a savepoint leaves none.")
    private Optional<String> restored = Optional.empty();

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            defaultValue = "2",
            description =
                    "Subtasks; more than the topic whence.images has partitions stay idle (default: ${DEFAULT-VALUE}).")
    private int parallelism;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "" + AttributionJobSettings.DEFAULT_BATCH_SIZE,
            description = "Most images that the engine of a TaskManager works on together (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    @Mixin
    private DeliveryOptions delivery;

    @Option(
            names = "--transactional-id-prefix",
            paramLabel = "NAME",
            defaultValue = AttributionJobSettings.DEFAULT_TRANSACTIONAL_ID_PREFIX,
            description =
                    "Names the job's transactions and its consumer group: the same at every start, and no other job's on"
                            + " the same Kafka (default: ${DEFAULT-VALUE}).")
    private String transactionalIdPrefix;

    /**
     * Starts the job in the cluster that calls this, and does not wait until it runs. Neither ends the process nor says what is wrong in one sentence, as
     * the command line does: a cluster wants an exception.
     */
    public static void main(String[] arguments) throws Exception {
        JobCommand job = new JobCommand();
        new CommandLine(job).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
        job.submit();
    }

    @Override
    public Integer call() throws Exception {
        ClusterJob.Submitted job = submit();
        try {
            ClusterJob.awaitRunning(flink, job);
        } catch (IllegalStateException e) {
            throw new CommandFailedException(String.valueOf(e.getMessage()), e);
        }
        return 0;
    }

    private ClusterJob.Submitted submit() throws CommandFailedException {
        model.requireFolders();
        AttributionJobSettings settings = settings();
        ClusterJob.Submitted job = ClusterJob.submit(settings, flink, restored);
        tell(job, settings);
        return job;
    }

    void tell(ClusterJob.Submitted job, AttributionJobSettings settings) {
        PrintWriter out = spec.commandLine().getOut();
        job.restored().ifPresent(from -> out.printf("goes on from %s%n", from));
        job.passedOver().ifPresent(newest -> out.printf("passes over %s%n", newest));
        if (job.restored().isEmpty() && settings.since().isEmpty()) {
            out.printf("no checkpoint in %s: begins where its consumer group stands%n", settings.checkpoints());
        }
        out.printf("job %s%n", job.id());
    }

    AttributionJobSettings settings() {
        return new AttributionJobSettings(
                bootstrapServers,
                EngineSettings.of(
                        model.model,
                        model.reference,
                        model.engine,
                        model.access(),
                        data.blobs(),
                        batchSize,
                        AttributionJobSettings.DEFAULT_MAX_BATCH_AGE,
                        model.threads.given().orElse(EngineSettings.ALL_PROCESSORS)),
                parallelism,
                checkpoints.orElseGet(this::ownCheckpoints).toAbsolutePath(),
                delivery.interval(),
                DeliveryGuarantee.valueOf(delivery.guarantee.name()),
                transactionalIdPrefix,
                delivery.since);
    }

    /** Jobs that share --data must not go on from each other's. */
    private Path ownCheckpoints() {
        if (transactionalIdPrefix.equals(AttributionJobSettings.DEFAULT_TRANSACTIONAL_ID_PREFIX)) {
            return data.folder.resolve("checkpoints");
        }
        if (!FOLDER_NAME.matcher(transactionalIdPrefix).matches()) {
            throw new IllegalArgumentException(
                    "The prefix %s names no folder: say with --checkpoints where the checkpoints are"
                            .formatted(transactionalIdPrefix));
        }
        return data.folder.resolve("checkpoints-" + transactionalIdPrefix);
    }
}
