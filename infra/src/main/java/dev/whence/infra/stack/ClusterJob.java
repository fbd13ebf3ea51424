package dev.whence.infra.stack;

import dev.whence.stream.AttributionJob;
import dev.whence.stream.AttributionJobSettings;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.NetUtils;

/** The attribution job on a Flink cluster of other processes, which have our jars on their class path. */
public final class ClusterJob {
    private static final int ATTEMPTS = 5;

    private ClusterJob() {}

    /**
     * Starts the job on the cluster that runs this program, or else on the one at this address. Creates the topics that
     * Kafka lacks.
     *
     * @param restAddress host:port
     * @param restored checkpoint or savepoint to go on from; if empty the one that the cluster was told, else the newest
     *     checkpoint in the job's folder
     * @throws IllegalArgumentException if the address is none, or a checkpoint or savepoint is named though the settings say since when
     *     images are to be read again
     * @throws IllegalStateException if the cluster does not take the job
     */
    public static Submitted submit(AttributionJobSettings settings, String restAddress, Optional<String> restored) {
        // A cluster that runs a program forbids environments other than its own.
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.areExplicitEnvironmentsAllowed()
                ? new StreamExecutionEnvironment(remote(restAddress))
                : StreamExecutionEnvironment.getExecutionEnvironment();
        AttributionJob.define(environment, settings);
        Optional<String> named =
                restored.or(() -> environment.getConfiguration().getOptional(StateRecoveryOptions.SAVEPOINT_PATH));
        boolean afresh = settings.since().isPresent();
        if (afresh && named.isPresent()) {
            throw new IllegalArgumentException(
                    "--since starts without a checkpoint, and %s is to be restored: name one of them"
                            .formatted(named.get()));
        }
        LocalStack.createTopics(settings.bootstrapServers());
        Optional<String> newest = named.isPresent()
                ? Optional.empty()
                : Checkpoints.newest(settings.checkpoints()).map(Path::toUri).map(Object::toString);
        Optional<String> from = afresh ? Optional.empty() : named.or(() -> newest);
        from.ifPresent(
                path -> environment.configure(new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, path)));
        try {
            return new Submitted(
                    environment.executeAsync().getJobID().toHexString(), from, afresh ? newest : Optional.empty());
        } catch (Exception e) { // the environment declares no better
            throw new IllegalStateException(
                    "The Flink cluster at %s does not take the job: %s"
                            .formatted(restAddress, rootOf(e).getMessage()),
                    e);
        }
    }

    /**
     * Waits until every subtask of a job that {@link #submit} started runs, the model loaded. A job that failed again and
     * again is cancelled, and one that found no slots.
     *
     * @param restAddress host:port
     * @throws IllegalStateException says in one sentence why it does not run
     */
    public static void awaitRunning(String restAddress, Submitted job) throws InterruptedException {
        try (StartingJob starting = new StartingJob(remote(restAddress), job.id())) {
            starting.awaitRunning();
        }
    }

    /** Flink wraps what a cluster says in sentences that say less. */
    static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    static Configuration remote(String restAddress) {
        URL address = NetUtils.getCorrectHostnamePort(restAddress);
        return new Configuration()
                .set(DeploymentOptions.TARGET, "remote")
                .set(DeploymentOptions.ATTACHED, false)
                .set(RestOptions.ADDRESS, address.getHost())
                .set(RestOptions.PORT, address.getPort())
                .set(RestOptions.RETRY_MAX_ATTEMPTS, ATTEMPTS)
                .set(RestOptions.RETRY_DELAY, Duration.ofSeconds(1));
    }

    /**
     * A job that the cluster took.
     *
     * @param id as Flink names it
     * @param restored the checkpoint or savepoint it goes on from
     * @param passedOver the newest checkpoint in the job's folder, where it reads images since an instant instead
     */
    public record Submitted(String id, Optional<String> restored, Optional<String> passedOver) {}
}
