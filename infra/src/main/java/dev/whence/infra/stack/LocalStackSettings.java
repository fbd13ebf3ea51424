package dev.whence.infra.stack;

import dev.whence.attributor.onnx.InferenceEngine;
import dev.whence.attributor.reference.MilvusAccess;
import dev.whence.stream.AttributionJobSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.flink.connector.base.DeliveryGuarantee;

/**
 * How a local stack runs.
 *
 * @param data folder of everything that outlives the process; one stack at a time
 * @param bundle the model
 * @param reference the reference it was trained against
 * @param access what opens the reference if a server holds its vectors
 * @param engine what runs the networks
 * @param port Kafka's; 0 takes a free one
 * @param metricsPort of the Prometheus metrics; 0 takes a free one
 * @param inferenceThreads batches attributed at once
 * @param parallelism subtasks of the job
 * @param batchSize most images of a micro-batch
 * @param maxBatchAge how long the first image of a micro-batch waits for others
 * @param checkpointInterval how often events become visible to readers of committed ones
 * @param delivery EXACTLY_ONCE or AT_LEAST_ONCE
 * @param since if given no checkpoint is restored and the images that came since then are attributed again
 */
public record LocalStackSettings(
        Path data,
        Path bundle,
        Path reference,
        MilvusAccess access,
        InferenceEngine engine,
        int port,
        int metricsPort,
        int inferenceThreads,
        int parallelism,
        int batchSize,
        Duration maxBatchAge,
        Duration checkpointInterval,
        DeliveryGuarantee delivery,
        Optional<Instant> since) {

    private static final int DEFAULT_PARALLELISM = 2;

    /** Free ports, a thread for each processor but at most 4, exactly once. */
    public static LocalStackSettings of(Path data, Path bundle, Path reference) {
        return new LocalStackSettings(
                data,
                bundle,
                reference,
                MilvusAccess.PLAIN,
                InferenceEngine.CPU,
                0,
                0,
                Math.min(4, Runtime.getRuntime().availableProcessors()),
                DEFAULT_PARALLELISM,
                AttributionJobSettings.DEFAULT_BATCH_SIZE,
                AttributionJobSettings.DEFAULT_MAX_BATCH_AGE,
                AttributionJobSettings.DEFAULT_CHECKPOINT_INTERVAL,
                DeliveryGuarantee.EXACTLY_ONCE,
                Optional.empty());
    }

    /** The same with this access to the server of the reference. */
    public LocalStackSettings withAccess(MilvusAccess milvus) {
        return new LocalStackSettings(
                data,
                bundle,
                reference,
                milvus,
                engine,
                port,
                metricsPort,
                inferenceThreads,
                parallelism,
                batchSize,
                maxBatchAge,
                checkpointInterval,
                delivery,
                since);
    }

    /** The same with this engine for the networks. */
    public LocalStackSettings withEngine(InferenceEngine other) {
        return new LocalStackSettings(
                data,
                bundle,
                reference,
                access,
                other,
                port,
                metricsPort,
                inferenceThreads,
                parallelism,
                batchSize,
                maxBatchAge,
                checkpointInterval,
                delivery,
                since);
    }

    /** The same on these ports. */
    public LocalStackSettings withPorts(int kafka, int metrics) {
        return new LocalStackSettings(
                data,
                bundle,
                reference,
                access,
                engine,
                kafka,
                metrics,
                inferenceThreads,
                parallelism,
                batchSize,
                maxBatchAge,
                checkpointInterval,
                delivery,
                since);
    }

    /** The same with so many inference threads. */
    public LocalStackSettings withInferenceThreads(int threads) {
        return new LocalStackSettings(
                data,
                bundle,
                reference,
                access,
                engine,
                port,
                metricsPort,
                threads,
                parallelism,
                batchSize,
                maxBatchAge,
                checkpointInterval,
                delivery,
                since);
    }

    /** The same with this delivery and this interval between checkpoints. */
    public LocalStackSettings withDelivery(DeliveryGuarantee guarantee, Duration interval) {
        return new LocalStackSettings(
                data,
                bundle,
                reference,
                access,
                engine,
                port,
                metricsPort,
                inferenceThreads,
                parallelism,
                batchSize,
                maxBatchAge,
                interval,
                guarantee,
                since);
    }

    /** The same that reads the images since then again, or goes on where it stopped if empty. */
    public LocalStackSettings withImagesSince(Optional<Instant> instant) {
        return new LocalStackSettings(
                data,
                bundle,
                reference,
                access,
                engine,
                port,
                metricsPort,
                inferenceThreads,
                parallelism,
                batchSize,
                maxBatchAge,
                checkpointInterval,
                delivery,
                instant);
    }

    /** Folder of the claim-check store. */
    public Path blobs() {
        return data.resolve("blobs");
    }
}
