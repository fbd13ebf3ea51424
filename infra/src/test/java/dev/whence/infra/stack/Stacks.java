package dev.whence.infra.stack;

import dev.whence.stream.engine.EngineSettings;
import dev.whence.stream.engine.ModelChoice;
import java.nio.file.Path;
import java.time.Duration;

/** Stacks whose attribution is {@link ParityAttributor}'s. */
final class Stacks {
    private Stacks() {}

    static LocalStack start(Path data, Duration timeForAnImage) {
        LocalStackSettings settings = LocalStackSettings.of(data, data, data);
        return LocalStack.start(settings, engine(settings, timeForAnImage));
    }

    static EngineSettings engine(LocalStackSettings settings, Duration timeForAnImage) {
        return new EngineSettings(
                new ParityAttributor.Opening(timeForAnImage),
                ModelChoice.of("parity", "none"),
                settings.blobs().toString(),
                settings.batchSize(),
                settings.maxBatchAge(),
                settings.inferenceThreads(),
                EngineSettings.DEFAULT_STORE_PATIENCE);
    }
}
