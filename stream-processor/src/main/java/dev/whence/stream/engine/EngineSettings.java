package dev.whence.stream.engine;

import dev.whence.attributor.onnx.InferenceEngine;
import dev.whence.attributor.reference.MilvusAccess;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How an engine works. Subtasks in one JVM whose settings are equal share one engine.
 *
 * @param attributor opens what attributes
 * @param model what it opens
 * @param blobRoot folder of the claim-check store
 * @param batchSize most images of a micro-batch, at least 1
 * @param maxBatchAge how long the first image of a micro-batch waits for others
 * @param inferenceThreads batches attributed at once, each on a thread of its own, or {@link #ALL_PROCESSORS}
 * @param storePatience how long images wait for a reference whose server does not answer, or a blob store that is away,
 *     before the job starts again
 */
public record EngineSettings(
        ImageAttributor.Factory attributor,
        ModelChoice model,
        String blobRoot,
        int batchSize,
        Duration maxBatchAge,
        int inferenceThreads,
        Duration storePatience)
        implements Serializable {

    /** Inference threads: as many as there are processors where the engine is opened. */
    public static final int ALL_PROCESSORS = 0;

    /** Below the time that a checkpoint may take, which waits for a batch when much is in flight. */
    public static final Duration DEFAULT_STORE_PATIENCE = Duration.ofMinutes(3);

    public EngineSettings {
        if (batchSize < 1 || inferenceThreads < ALL_PROCESSORS) {
            throw new IllegalArgumentException(
                    "A batch has at least 1 image, and threads cannot be fewer than 0: not %d and %d"
                            .formatted(batchSize, inferenceThreads));
        }
        if (maxBatchAge.isNegative()) {
            throw new IllegalArgumentException("The age of a batch cannot be negative: " + maxBatchAge);
        }
    }

    /** An engine of this bundle and this reference, as patient as {@link #DEFAULT_STORE_PATIENCE}. */
    public static EngineSettings of(
            Path bundle,
            Path reference,
            InferenceEngine engine,
            MilvusAccess access,
            Path blobRoot,
            int batchSize,
            Duration maxBatchAge,
            int inferenceThreads) {
        return new EngineSettings(
                new BundleAttributor.Opening(engine, access),
                ModelChoice.of(
                        bundle.toAbsolutePath().toString(),
                        reference.toAbsolutePath().toString()),
                blobRoot.toAbsolutePath().toString(),
                batchSize,
                maxBatchAge,
                inferenceThreads,
                DEFAULT_STORE_PATIENCE);
    }

    /** The same with another bundle and reference. */
    public EngineSettings with(ModelChoice other) {
        return with(other, inferenceThreads);
    }

    /** The same with the number of threads that the JVM has which calls this, the one that attributes. */
    public EngineSettings here() {
        return with(
                model,
                inferenceThreads == ALL_PROCESSORS ? Runtime.getRuntime().availableProcessors() : inferenceThreads);
    }

    private EngineSettings with(ModelChoice other, int threads) {
        return new EngineSettings(attributor, other, blobRoot, batchSize, maxBatchAge, threads, storePatience);
    }
}
