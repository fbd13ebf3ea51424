package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class StartingJobTest {
    @Test
    void theInnermostExceptionSaysWhy() {
        assertThat(StartingJob.rootOf(trace(new IllegalStateException(
                        "cannot open", new IllegalArgumentException("no model here: look\nCaused\nby: nobody")))))
                .isEqualTo("no model here: look");
    }

    @Test
    void anExceptionWithoutACauseSaysWhyItself() {
        assertThat(StartingJob.rootOf(trace(new IllegalArgumentException("no model here"))))
                .isEqualTo("no model here");
    }

    @Test
    void anExceptionWithoutAWordIsNamed() {
        assertThat(StartingJob.rootOf(trace(new IllegalStateException("cannot open", new InterruptedException()))))
                .isEqualTo("java.lang.InterruptedException");
    }

    @Test
    void aJobThatFailsAgainAndAgainIsCancelled() throws Exception {
        try (StandInJobManager jobManager = new StandInJobManager(6, "CANCELED");
                StartingJob job = startingJob(jobManager)) {
            assertThatThrownBy(job::awaitRunning)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("The job failed 6 times before it ran and was cancelled: no model here");
        }
    }

    @Test
    void aJobThatDoesNotEndWhenItIsCancelledIsNotSaidToHave() throws Exception {
        try (StandInJobManager jobManager = new StandInJobManager(6, "CANCELLING");
                StartingJob job = startingJob(jobManager)) {
            assertThatThrownBy(job::awaitRunning)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "The job failed 6 times before it ran and is being cancelled, which has not ended within 1 s:"
                                    + " look at %s/jobs/%s before you start it again: no model here",
                            jobManager.address(), StandInJobManager.JOB);
        }
    }

    private static StartingJob startingJob(StandInJobManager jobManager) {
        return new StartingJob(ClusterJob.remote(jobManager.address()), StandInJobManager.JOB, Duration.ofSeconds(1));
    }

    private static String trace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }
}
