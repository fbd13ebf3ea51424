package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
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

    private static String trace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }
}
