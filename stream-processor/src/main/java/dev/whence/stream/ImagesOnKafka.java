package dev.whence.stream;

import dev.whence.schemas.Topic;
import dev.whence.stream.engine.RawMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a subtask asks of Kafka itself: messages that were in flight, once more, and to note how far images are answered. */
final class ImagesOnKafka implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImagesOnKafka.class);
    private static final String TOPIC = Topic.IMAGES.topicName();
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /** How many messages are read though nobody wants them, before the next that is wanted is sought. */
    private static final long NEAR = 1000;
    /** How long the end of a subtask waits until its last note is taken. */
    private static final Duration LAST_NOTE = Duration.ofSeconds(2);

    private final String bootstrapServers;
    private final String group;
    /** What the group was told last; another thread forgets it where Kafka did not take it. */
    private final Map<Integer, Long> noted = new ConcurrentHashMap<>();

    private @Nullable Admin admin;
    private @Nullable KafkaFuture<Void> lastNote;

    /** @param group whose offsets say how far images are answered */
    ImagesOnKafka(String bootstrapServers, String group) {
        this.bootstrapServers = bootstrapServers;
        this.group = group;
    }

    /**
     * Reads messages once more. One that Kafka no longer has is missing in the answer.
     *
     * @param places partition and offset of messages that were read as committed before
     * @throws IllegalStateException when Kafka does not answer
     */
    List<RawMessage> read(Collection<Tuple2<Integer, Long>> places) {
        if (places.isEmpty()) {
            return List.of();
        }
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "none"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            return read(consumer, places);
        }
    }

    private static List<RawMessage> read(Consumer<byte[], byte[]> consumer, Collection<Tuple2<Integer, Long>> places) {
        List<RawMessage> messages = new ArrayList<>();
        places.stream()
                .collect(Collectors.groupingBy(
                        place -> new TopicPartition(TOPIC, place.f0),
                        Collectors.mapping(place -> place.f1, Collectors.toCollection(TreeSet::new))))
                .forEach((partition, offsets) -> messages.addAll(read(consumer, partition, offsets)));
        return messages;
    }

    private static List<RawMessage> read(
            Consumer<byte[], byte[]> consumer, TopicPartition partition, NavigableSet<Long> offsets) {
        List<TopicPartition> alone = List.of(partition);
        long begin = consumer.beginningOffsets(alone).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(alone).getOrDefault(partition, 0L);
        NavigableSet<Long> there = offsets.subSet(begin, true, end, false);
        List<RawMessage> messages = new ArrayList<>();
        if (there.isEmpty()) {
            return messages;
        }
        consumer.assign(alone);
        consumer.seek(partition, there.first());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (Long next = there.first(); next != null; next = there.ceiling(consumer.position(partition))) {
            if (next - consumer.position(partition) > NEAR) {
                consumer.seek(partition, next);
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "Kafka did not give back the images that were in flight within %d s: is it well?"
                                .formatted(PATIENCE.toSeconds()));
            }
            consumer.poll(POLL).forEach(message -> {
                if (there.contains(message.offset())) {
                    messages.add(RawMessageReader.read(message));
                }
            });
        }
        return messages;
    }

    /**
     * Of each partition the first offset that Kafka still has.
     *
     * @throws ExecutionException when Kafka does not answer
     */
    Map<Integer, Long> beginnings(Set<Integer> partitions) throws InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetSpec> question = partitions.stream()
                .collect(Collectors.toMap(
                        partition -> new TopicPartition(TOPIC, partition), partition -> OffsetSpec.earliest()));
        return admin().listOffsets(question).all().get().entrySet().stream()
                .collect(Collectors.toMap(
                        answer -> answer.getKey().partition(),
                        answer -> answer.getValue().offset()));
    }

    /**
     * What was noted last with the group's offsets, of each partition that it has one of.
     *
     * @throws ExecutionException when Kafka does not answer
     */
    List<String> notes() throws InterruptedException, ExecutionException {
        return admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream()
                .filter(Objects::nonNull)
                .map(OffsetAndMetadata::metadata)
                .toList();
    }

    /**
     * Notes for the group that all before these offsets is answered; nothing waits for it.
     *
     * @param note stands beside each offset that has moved
     */
    void answered(Map<Integer, Long> offsets, String note) {
        Map<TopicPartition, OffsetAndMetadata> moved = new HashMap<>();
        offsets.forEach((partition, offset) -> {
            if (!offset.equals(noted.put(partition, offset))) {
                moved.put(new TopicPartition(TOPIC, partition), new OffsetAndMetadata(offset, note));
            }
        });
        if (!moved.isEmpty()) {
            lastNote = admin().alterConsumerGroupOffsets(group, moved).all().whenComplete((done, failure) -> {
                if (failure != null) {
                    noted.clear();
                    LOG.warn("Kafka did not note how far the images are answered; a later checkpoint will", failure);
                }
            });
        }
    }

    private Admin admin() {
        if (admin == null) {
            admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
        }
        return admin;
    }

    /** Waits a moment for the last note: a start without a checkpoint would begin before it. */
    @Override
    public void close() {
        try {
            if (lastNote != null) {
                lastNote.get(LAST_NOTE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Kafka did not note how far the images are answered before the subtask ended", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (admin != null) {
                admin.close(Duration.ZERO);
            }
        }
    }
}
