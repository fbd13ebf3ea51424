package dev.whence.stream.engine;

import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How an engine works. Subtasks in one JVM whose settings are equal share one engine.
 *
 * @param attributor opens what attributes
 * @param blobRoot folder of the claim-check store
 * @param batchSize most images of a micro-batch, at least 1
 * @param maxBatchAge how long the first image of a micro-batch waits for others
 * @param inferenceThreads batches attributed at once, each on a thread of its own
 */
public record EngineSettings(
        ImageAttributor.Factory attributor, String blobRoot, int batchSize, Duration maxBatchAge, int inferenceThreads)
        implements Serializable {

    public EngineSettings {
        if (batchSize < 1 || inferenceThreads < 1) {
            throw new IllegalArgumentException("Batch size and inference threads must be at least 1, not %d and %d"
                    .formatted(batchSize, inferenceThreads));
        }
        if (maxBatchAge.isNegative()) {
            throw new IllegalArgumentException("The age of a batch cannot be negative: " + maxBatchAge);
        }
    }

    /** An engine of this bundle and this reference. */
    public static EngineSettings of(
            Path bundle, Path reference, Path blobRoot, int batchSize, Duration maxBatchAge, int inferenceThreads) {
        return new EngineSettings(
                new BundleAttributor.Opening(
                        bundle.toAbsolutePath().toString(),
                        reference.toAbsolutePath().toString()),
                blobRoot.toAbsolutePath().toString(),
                batchSize,
                maxBatchAge,
                inferenceThreads);
    }
}
