package dev.whence.infra.stack;

import dev.whence.stream.FinalFailureException;
import dev.whence.stream.metrics.FlinkMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.util.ExceptionUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A job on a Flink cluster of its own in this process. */
public final class RunningJob implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningJob.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration POLL = Duration.ofMillis(20);

    /** Once it ran it is started again without end. */
    static final int MOST_RESTARTS_BEFORE_IT_RUNS = 5;

    private final MiniCluster cluster;
    private final JobGraph job;
    private final CompletableFuture<JobResult> result;

    private RunningJob(MiniCluster cluster, JobGraph job, CompletableFuture<JobResult> result) {
        this.cluster = cluster;
        this.job = job;
        this.result = result;
    }

    /**
     * Starts it; {@link #awaitRunning} tells when it runs.
     *
     * @param restored the checkpoint to go on from
     * @throws IllegalStateException if it cannot start
     */
    public static RunningJob start(JobGraph job, int slots, Optional<Path> restored) {
        restored.ifPresent(checkpoint -> {
            LOG.info("Going on from checkpoint {}", checkpoint.getFileName());
            job.setSavepointRestoreSettings(
                    SavepointRestoreSettings.forPath(checkpoint.toUri().toString()));
        });
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration())
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .setCommonBindAddress(LOOPBACK)
                .build());
        try {
            cluster.start();
            cluster.submitJob(job).get();
            return new RunningJob(cluster, job, cluster.requestJobResult(job.getJobID()));
        } catch (Exception e) { // the cluster declares no better
            close(cluster);
            throw new IllegalStateException("The Flink job cannot start: " + e.getMessage(), e);
        }
    }

    private static Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.set(JobManagerOptions.ADDRESS, LOOPBACK);
        configuration.set(JobManagerOptions.BIND_HOST, LOOPBACK);
        configuration.set(TaskManagerOptions.HOST, LOOPBACK);
        configuration.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
        configuration.set(RestOptions.ADDRESS, LOOPBACK);
        configuration.set(RestOptions.BIND_ADDRESS, LOOPBACK);
        configuration.set(RestOptions.BIND_PORT, "0");
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(32));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(32));
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));
        FlinkMetrics.configure(configuration);
        return configuration;
    }

    /**
     * Waits until every subtask runs, the model loaded.
     *
     * @throws IllegalStateException if the job ended instead, or failed again and again
     */
    public void awaitRunning() throws InterruptedException {
        while (!isRunning()) {
            if (result.isDone()) {
                Throwable failure = failure().orElse(null);
                if (failure instanceof FinalFailureException telling) {
                    throw telling;
                }
                throw new IllegalStateException("The attribution job ended before it ran", failure);
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
    }

    private boolean isRunning() throws InterruptedException {
        AccessExecutionGraph graph;
        try {
            graph = cluster.getExecutionGraph(job.getJobID()).get();
        } catch (ExecutionException e) {
            LOG.debug("The job's state cannot be told yet", e);
            return false;
        }
        List<AccessExecutionVertex> subtasks = StreamSupport.stream(
                        graph.getAllExecutionVertices().spliterator(), false)
                .map(AccessExecutionVertex.class::cast)
                .toList();
        if (subtasks.stream()
                .anyMatch(subtask ->
                        subtask.getCurrentExecutionAttempt().getAttemptNumber() > MOST_RESTARTS_BEFORE_IT_RUNS)) {
            throw new IllegalStateException(
                    "The attribution job failed %d times and never ran".formatted(MOST_RESTARTS_BEFORE_IT_RUNS + 1),
                    Optional.ofNullable(graph.getFailureInfo())
                            .map(ErrorInfo::getException)
                            .orElse(null));
        }
        return graph.getState() == JobStatus.RUNNING
                && subtasks.stream().allMatch(subtask -> subtask.getExecutionState() == ExecutionState.RUNNING);
    }

    /** Why the job ended for good; empty while it runs or restarts. */
    public Optional<Throwable> failure() {
        if (!result.isDone()) {
            return Optional.empty();
        }
        if (result.isCompletedExceptionally()) {
            return Optional.of(new IllegalStateException("The Flink cluster is gone"));
        }
        return result.join().getSerializedThrowable().map(RunningJob::tellingOf);
    }

    /** Flink wraps the one that says what to do. */
    private static Throwable tellingOf(Throwable failure) {
        return ExceptionUtils.findSerializedThrowable(
                        failure, FinalFailureException.class, RunningJob.class.getClassLoader())
                .map(Throwable.class::cast)
                .orElse(failure);
    }

    @Override
    public void close() {
        try {
            if (!result.isDone()) {
                cluster.cancelJob(job.getJobID()).get(1, TimeUnit.MINUTES);
                result.get(1, TimeUnit.MINUTES);
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("The job did not end when told to; its cluster is closed all the same", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(cluster);
        }
    }

    private static void close(MiniCluster cluster) {
        try {
            cluster.close();
        } catch (Exception e) { // AutoCloseableAsync declares no better
            LOG.warn("The Flink cluster did not close cleanly", e);
        }
    }
}
