package dev.whence.infra.demo;

import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ProvenanceEvent;
import dev.whence.schemas.SingleObjectReader;
import dev.whence.schemas.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads what the stack answers, as any reader of it would: committed records only.
 *
 * <p>Latency of an image is the time from the timestamp that its upload carries on Kafka to the poll that returned its
 * provenance here. Uploads are read for their timestamps only.
 */
final class StreamWatch implements AutoCloseable {
    private static final List<Topic> TOPICS = List.of(Topic.IMAGES, Topic.PROVENANCE, Topic.DEAD_LETTERS);

    private final Scoreboard scoreboard;
    private final KafkaConsumer<String, byte[]> consumer;
    private final SingleObjectReader<ProvenanceEvent> provenance = SingleObjectReader.of(ProvenanceEvent.class);
    private final SingleObjectReader<DeadLetter> deadLetters = SingleObjectReader.of(DeadLetter.class);
    private final Map<String, Long> uploadedAt = new HashMap<>();
    private final Map<String, Long> returnedAt = new HashMap<>();

    /** Sees everything that is written from now on. */
    StreamWatch(String bootstrapServers, Scoreboard scoreboard) {
        this.scoreboard = scoreboard;
        consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        10_000),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions =
                TOPICS.stream().flatMap(this::partitionsOf).toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }

    private Stream<TopicPartition> partitionsOf(Topic topic) {
        return consumer.partitionsFor(topic.topicName()).stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()));
    }

    /** Waits a moment at most for what has come, and scores it. */
    void poll() {
        var records = consumer.poll(Duration.ofMillis(100));
        long now = System.currentTimeMillis();
        for (ConsumerRecord<String, byte[]> record : records) {
            if (record.topic().equals(Topic.IMAGES.topicName())) {
                uploadedAt.put(record.key(), record.timestamp());
                timed(record.key());
            } else if (record.topic().equals(Topic.PROVENANCE.topicName())) {
                ProvenanceEvent event = provenance.read(record.value());
                scoreboard.provenance(event);
                returnedAt.put(event.getImageId(), now);
                timed(event.getImageId());
            } else {
                scoreboard.deadLetter(deadLetters.read(record.value()));
            }
        }
    }

    /** An upload and its answer are on different partitions: either may be read first. */
    private void timed(String imageId) {
        Long uploaded = uploadedAt.get(imageId);
        Long returned = returnedAt.get(imageId);
        if (uploaded != null && returned != null) {
            scoreboard.latency(returned - uploaded);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
