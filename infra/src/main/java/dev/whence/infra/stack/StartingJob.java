package dev.whence.infra.stack;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.rest.messages.EmptyRequestBody;
import org.apache.flink.runtime.rest.messages.JobExceptionsHeaders;
import org.apache.flink.runtime.rest.messages.JobExceptionsInfoWithHistory.RootExceptionInfo;
import org.apache.flink.runtime.rest.messages.job.JobDetailsInfo;
import org.apache.flink.runtime.rest.messages.job.JobExceptionsMessageParameters;

/** A job that a cluster of other processes took, until it runs. */
final class StartingJob implements AutoCloseable {
    /** How long others may let it wait: TaskManagers without a slot, a JobManager that does not answer. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** TensorRT's first start takes minutes. */
    private static final Duration LONGEST_START = Duration.ofMinutes(15);

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Set<ExecutionState> WITHOUT_A_SLOT =
            EnumSet.of(ExecutionState.CREATED, ExecutionState.SCHEDULED);
    private static final Pattern THROWN = Pattern.compile("(?m)(?:\\A|^Caused by: )([\\w.$]+)(?:: (.+))?$");

    private final RestClusterClient<StandaloneClusterId> cluster;
    private final String address;
    private final JobID job;
    private final Duration longestEnd;

    /** @throws IllegalStateException if there can be no client of this cluster */
    StartingJob(Configuration remote, String job) {
        this(remote, job, PATIENCE);
    }

    /** @param longestEnd how long a job that is cancelled may take to end */
    StartingJob(Configuration remote, String job, Duration longestEnd) {
        this.job = JobID.fromHexString(job);
        this.longestEnd = longestEnd;
        address = "%s:%d".formatted(remote.get(RestOptions.ADDRESS), remote.get(RestOptions.PORT));
        try {
            cluster = new RestClusterClient<>(remote, StandaloneClusterId.getInstance());
        } catch (Exception e) { // the client declares no better
            throw new IllegalStateException("The Flink cluster cannot be asked: " + e.getMessage(), e);
        }
    }

    /**
     * Waits until every subtask runs, the model loaded. A job that does not get there is cancelled.
     *
     * @throws IllegalStateException says in one sentence why it does not run
     */
    void awaitRunning() throws InterruptedException {
        long start = System.nanoTime();
        long waits = start;
        while (true) {
            try {
                JobDetailsInfo details = cluster.getJobDetails(job).get();
                if (runs(details)) {
                    return;
                }
                requireAlive(details.getJobStatus());
                if (!lacksSlots(details)) {
                    waits = System.nanoTime();
                }
            } catch (ExecutionException e) {
                if (isOver(PATIENCE, waits)) {
                    throw new IllegalStateException(
                            "The Flink cluster took the job %s and does not tell whether it runs: %s"
                                    .formatted(job, ClusterJob.rootOf(e).getMessage()),
                            e);
                }
            }
            if (isOver(PATIENCE, waits)) {
                throw cancelled(
                        "The job found no free slots for a minute", "start TaskManagers, or ask for fewer subtasks");
            }
            if (isOver(LONGEST_START, start)) {
                throw cancelled(
                        "The job did not run within %d minutes".formatted(LONGEST_START.toMinutes()),
                        "the logs of the TaskManagers say what they did");
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
    }

    private static boolean runs(JobDetailsInfo details) {
        return details.getJobStatus() == JobStatus.RUNNING
                && details.getJobVertexInfos().stream()
                        .allMatch(operator -> operator.getTasksPerState().getOrDefault(ExecutionState.RUNNING, 0)
                                == operator.getParallelism());
    }

    private static boolean lacksSlots(JobDetailsInfo details) {
        return details.getJobVertexInfos().stream()
                .flatMap(operator -> operator.getTasksPerState().entrySet().stream())
                .anyMatch(state -> WITHOUT_A_SLOT.contains(state.getKey()) && state.getValue() > 0);
    }

    private void requireAlive(JobStatus status) throws ExecutionException, InterruptedException {
        List<RootExceptionInfo> failures = failures();
        String cause =
                failures.isEmpty() ? "nobody says why" : rootOf(failures.get(0).getStacktrace());
        if (status.isGloballyTerminalState()) {
            throw new IllegalStateException("The job ended before it ran (%s): %s".formatted(status, cause));
        }
        if (failures.size() > RunningJob.MOST_RESTARTS_BEFORE_IT_RUNS) {
            throw cancelled("The job failed %d times before it ran".formatted(failures.size()), cause);
        }
    }

    /** The newest first. */
    private List<RootExceptionInfo> failures() throws ExecutionException, InterruptedException {
        JobExceptionsMessageParameters parameters = new JobExceptionsMessageParameters();
        parameters.jobPathParameter.resolve(job);
        return cluster.sendRequest(JobExceptionsHeaders.getInstance(), parameters, EmptyRequestBody.getInstance())
                .get()
                .getExceptionHistory()
                .getEntries();
    }

    /** What the innermost exception of a stack trace says, its first line. */
    static String rootOf(String stackTrace) {
        Matcher thrown = THROWN.matcher(stackTrace);
        String root = stackTrace;
        while (thrown.find()) {
            root = thrown.group(2) == null ? thrown.group(1) : thrown.group(2);
        }
        return root;
    }

    /** Cancels the job; what to tell of it. */
    private IllegalStateException cancelled(String what, String why) throws InterruptedException {
        try {
            cluster.cancel(job).get();
            long start = System.nanoTime();
            while (!cluster.getJobStatus(job).get().isGloballyTerminalState()) {
                if (isOver(longestEnd, start)) {
                    return new IllegalStateException(("%s and is being cancelled, which has not ended within %d s:"
                                    + " look at %s/jobs/%s before you start it again: %s")
                            .formatted(what, longestEnd.toSeconds(), address, job, why));
                }
                TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
            }
            return new IllegalStateException("%s and was cancelled: %s".formatted(what, why));
        } catch (ExecutionException e) {
            return new IllegalStateException(
                    "%s and could not be cancelled, it is %s: %s".formatted(what, job, why), e);
        }
    }

    private static boolean isOver(Duration limit, long since) {
        return System.nanoTime() - since > limit.toNanos();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
