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
        Duration checkpointInterval,
        DeliveryGuarantee delivery,
        Optional<Instant> since) {

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
                AttributionJobSettings.DEFAULT_CHECKPOINT_INTERVAL,
                DeliveryGuarantee.EXACTLY_ONCE,
                Optional.empty());
    }

    /** Folder of the claim-check store. */
    public Path blobs() {
        return data.resolve("blobs");
    }
}
