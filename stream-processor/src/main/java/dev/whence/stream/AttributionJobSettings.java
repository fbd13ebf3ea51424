package dev.whence.stream;

import dev.whence.stream.engine.EngineSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.flink.connector.base.DeliveryGuarantee;

/**
 * All that the attribution job is told.
 *
 * @param bootstrapServers Kafka's, host:port separated by commas
 * @param engine bundle, reference, claim-check store, micro-batches, inference threads
 * @param parallelism subtasks; more than the topic of images has partitions stay idle
 * @param checkpoints folder of the checkpoints
 * @param checkpointInterval with exactly-once delivery events become visible at checkpoints: half of it is added to the median latency
 * @param delivery EXACTLY_ONCE, or AT_LEAST_ONCE for lower latency: then a restart may repeat events
 * @param transactionalIdPrefix names this job's transactions; stays the same over restarts and belongs to no other job on the same Kafka
 * @param since images that came to Kafka since then are read even if they were read before, where no checkpoint is restored; empty
 *     for what the consumer group has not read
 */
public record AttributionJobSettings(
        String bootstrapServers,
        EngineSettings engine,
        int parallelism,
        Path checkpoints,
        Duration checkpointInterval,
        DeliveryGuarantee delivery,
        String transactionalIdPrefix,
        Optional<Instant> since) {

    public static final int DEFAULT_BATCH_SIZE = 64;
    public static final Duration DEFAULT_MAX_BATCH_AGE = Duration.ofMillis(10);
    public static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofMillis(200);
    public static final String DEFAULT_TRANSACTIONAL_ID_PREFIX = "whence-attribution";

    public AttributionJobSettings {
        if (parallelism < 1) {
            throw new IllegalArgumentException("The job needs at least one subtask, not " + parallelism);
        }
        if (checkpointInterval.toMillis() < 10) {
            throw new IllegalArgumentException(
                    "Checkpoints need an interval of at least 10 ms, not " + checkpointInterval);
        }
        if (delivery == DeliveryGuarantee.NONE) {
            throw new IllegalArgumentException("Delivery is EXACTLY_ONCE or AT_LEAST_ONCE: NONE loses events");
        }
        if (transactionalIdPrefix.isBlank()) {
            throw new IllegalArgumentException("Exactly-once delivery needs a transactional id prefix");
        }
        if (since.filter(Instant.now()::isBefore).isPresent()) {
            throw new IllegalArgumentException(
                    "Images since %s cannot be read yet: it is in the future".formatted(since.get()));
        }
    }

    /** Exactly once, a checkpoint every {@link #DEFAULT_CHECKPOINT_INTERVAL}. */
    public static AttributionJobSettings of(
            String bootstrapServers, EngineSettings engine, int parallelism, Path checkpoints) {
        return new AttributionJobSettings(
                bootstrapServers,
                engine,
                parallelism,
                checkpoints,
                DEFAULT_CHECKPOINT_INTERVAL,
                DeliveryGuarantee.EXACTLY_ONCE,
                DEFAULT_TRANSACTIONAL_ID_PREFIX,
                Optional.empty());
    }
}
