package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.stream.engine.EngineSettings;
import dev.whence.stream.engine.ModelChoice;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that ran is started again without end; one that never ran is not. */
class FailedStartIT {
    @TempDir
    Path data;

    @Test
    void aStackWhoseModelCannotBeOpenedIsGivenUp() {
        LocalStackSettings settings = LocalStackSettings.of(data, data, data);
        EngineSettings engine = new EngineSettings(
                (bundle, reference) -> {
                    throw new IllegalArgumentException("no model here");
                },
                ModelChoice.of("bundle", "reference"),
                data.toString(),
                1,
                Duration.ZERO,
                1,
                EngineSettings.DEFAULT_STORE_PATIENCE);
        try (LocalStack stack = LocalStack.start(settings, engine)) {
            assertThatThrownBy(stack::awaitRunning)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("failed 6 times and never ran")
                    .hasStackTraceContaining("no model here");
        }
    }
}
