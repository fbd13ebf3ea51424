package dev.whence.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer.PartitionOffsetsRetriever;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ImagesSinceTest {
    private static final long INSTANT = 1_000;
    private static final TopicPartition READ = new TopicPartition("images", 0);
    private static final TopicPartition BEHIND = new TopicPartition("images", 1);
    private static final TopicPartition NEVER_READ = new TopicPartition("images", 2);
    private static final TopicPartition QUIET = new TopicPartition("images", 3);

    @Test
    void startsAtTheInstantOrWhereTheGroupStandsIfThatIsEarlier() {
        assertThat(new ImagesSince(Instant.ofEpochMilli(INSTANT))
                        .getPartitionOffsets(List.of(READ, BEHIND, NEVER_READ, QUIET), new Retriever()))
                .isEqualTo(Map.of(READ, 40L, BEHIND, 7L, NEVER_READ, 40L, QUIET, 100L));
    }

    /** Every partition ends at 100, and all but the quiet one have their first image since the instant at 40. */
    private static final class Retriever implements PartitionOffsetsRetriever {
        @Override
        public Map<TopicPartition, Long> committedOffsets(Collection<TopicPartition> partitions) {
            return Map.of(READ, 90L, BEHIND, 7L, QUIET, 100L);
        }

        @Override
        public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
            return Map.of(READ, 100L, BEHIND, 100L, NEVER_READ, 100L, QUIET, 100L);
        }

        @Override
        public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
            return Map.of();
        }

        @Override
        public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> timestamps) {
            assertThat(timestamps.values()).containsOnly(INSTANT);
            OffsetAndTimestamp first = new OffsetAndTimestamp(40, INSTANT);
            return Map.of(READ, first, BEHIND, first, NEVER_READ, first);
        }
    }
}
