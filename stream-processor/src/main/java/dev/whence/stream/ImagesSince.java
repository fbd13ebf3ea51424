package dev.whence.stream;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * Starts each partition at its first image since an instant, or where the consumer group stands if that is earlier: what was not read
 * yet is not passed over.
 */
final class ImagesSince implements OffsetsInitializer {
    private static final long serialVersionUID = 1;

    private final OffsetsInitializer since;

    ImagesSince(Instant instant) {
        since = OffsetsInitializer.timestamp(instant.toEpochMilli());
    }

    @Override
    public Map<TopicPartition, Long> getPartitionOffsets(
            Collection<TopicPartition> partitions, PartitionOffsetsRetriever retriever) {
        Map<TopicPartition, Long> offsets = new HashMap<>(since.getPartitionOffsets(partitions, retriever));
        retriever
                .committedOffsets(partitions)
                .forEach((partition, committed) -> offsets.merge(partition, committed, Math::min));
        return offsets;
    }

    /** Where retention has deleted what it would start with. */
    @Override
    @SuppressWarnings("deprecation") // Kafka deprecates the enum, the connector still asks for it
    public OffsetResetStrategy getAutoOffsetResetStrategy() {
        return OffsetResetStrategy.EARLIEST;
    }
}
