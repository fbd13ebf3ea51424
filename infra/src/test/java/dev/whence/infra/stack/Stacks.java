package dev.whence.infra.stack;

import dev.whence.stream.AttributionJobSettings;
import dev.whence.stream.engine.EngineSettings;
import dev.whence.stream.engine.ModelChoice;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Stacks whose attribution is {@link ParityAttributor}'s. */
final class Stacks {
    private static final int ENDLESS_SIZE = 1_000;
    private static final Duration ENDLESS_AGE = Duration.ofHours(1);

    private Stacks() {}

    /** The usual ones with one inference thread. */
    static LocalStackSettings withOneThread(LocalStackSettings usual) {
        return with(usual, 1, usual.since());
    }

    /** The usual ones that read the images since then again. */
    static LocalStackSettings withImagesSince(LocalStackSettings usual, Instant since) {
        return with(usual, usual.inferenceThreads(), Optional.of(since));
    }

    private static LocalStackSettings with(LocalStackSettings usual, int inferenceThreads, Optional<Instant> since) {
        return new LocalStackSettings(
                usual.data(),
                usual.bundle(),
                usual.reference(),
                usual.access(),
                usual.engine(),
                usual.port(),
                usual.metricsPort(),
                inferenceThreads,
                usual.checkpointInterval(),
                usual.delivery(),
                since);
    }

    static LocalStack start(Path data, Duration timeForAnImage) {
        return start(data, timeForAnImage, LocalStack.PARALLELISM);
    }

    static LocalStack start(Path data, Duration timeForAnImage, int subtasks) {
        LocalStackSettings settings = LocalStackSettings.of(data, data, data);
        return LocalStack.start(settings, engine(settings, timeForAnImage), subtasks);
    }

    /** A stack that takes images and attributes none: its first batch waits for more than anybody uploads. */
    static LocalStack startWithAnEndlessBatch(Path data) {
        LocalStackSettings settings = LocalStackSettings.of(data, data, data);
        return LocalStack.start(settings, engine(settings, Duration.ZERO, ENDLESS_SIZE, ENDLESS_AGE));
    }

    static EngineSettings engine(LocalStackSettings settings, Duration timeForAnImage) {
        return engine(
                settings,
                timeForAnImage,
                AttributionJobSettings.DEFAULT_BATCH_SIZE,
                AttributionJobSettings.DEFAULT_MAX_BATCH_AGE);
    }

    private static EngineSettings engine(
            LocalStackSettings settings, Duration timeForAnImage, int batchSize, Duration maxBatchAge) {
        return new EngineSettings(
                new ParityAttributor.Opening(timeForAnImage),
                ModelChoice.of("parity", "none"),
                settings.blobs().toString(),
                batchSize,
                maxBatchAge,
                settings.inferenceThreads(),
                EngineSettings.DEFAULT_STORE_PATIENCE);
    }
}
