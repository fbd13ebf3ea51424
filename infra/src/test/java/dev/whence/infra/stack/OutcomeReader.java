package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.ProvenanceEvent;
import dev.whence.schemas.SingleObjectReader;
import dev.whence.schemas.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads committed provenance events and dead letters from the beginning. */
final class OutcomeReader implements AutoCloseable {
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(3);
    private static final SingleObjectReader<ProvenanceEvent> EVENTS = SingleObjectReader.of(ProvenanceEvent.class);
    private static final SingleObjectReader<DeadLetter> LETTERS = SingleObjectReader.of(DeadLetter.class);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Supplier<Optional<Throwable>> failure;
    final Ledger ledger = new Ledger();
    final List<ProvenanceEvent> events = new ArrayList<>();
    final Map<String, DeadLetter> letters = new HashMap<>();

    /** @param failure why nothing more will come; empty while something may */
    OutcomeReader(String bootstrapServers, Supplier<Optional<Throwable>> failure) {
        this.failure = failure;
        consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = Stream.of(Topic.PROVENANCE, Topic.DEAD_LETTERS)
                .flatMap(topic -> IntStream.range(0, topic.partitions())
                        .mapToObj(partition -> new TopicPartition(topic.topicName(), partition)))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Reads until all of these came out. A letter counts under its image's id, or else its coordinates. */
    void readUntilAllOf(Collection<String> ids) {
        readUntil(() -> ledger.hasAll(ids), () -> "missing: " + ledger.missing(ids));
    }

    void readUntilAnyOf(Collection<String> ids) {
        readUntil(() -> ledger.missing(ids).size() < ids.size(), () -> "none of " + ids);
    }

    void readUntilSome(int outcomes) {
        readUntil(() -> ledger.distinct() >= outcomes, () -> "outcomes: " + ledger.distinct());
    }

    /** Reads what is committed now, to the end. */
    void readToTheEnd() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        readUntil(
                () -> ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue()),
                () -> "not at the end: " + ends);
    }

    /** What came out more than once of all that is committed now. */
    List<String> repeated() {
        readToTheEnd();
        return ledger.repeated();
    }

    private void readUntil(BooleanSupplier enough, Supplier<String> state) {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (!enough.getAsBoolean()) {
            consumer.poll(Duration.ofMillis(100)).forEach(this::enter);
            assertThat(failure.get()).as("failure of the job").isEqualTo(Optional.empty());
            assertThat(System.nanoTime()).as(state.get()).isLessThan(deadline);
        }
    }

    private void enter(ConsumerRecord<byte[], byte[]> message) {
        ledger.enter(new String(message.key(), StandardCharsets.UTF_8));
        if (message.topic().equals(Topic.PROVENANCE.topicName())) {
            events.add(EVENTS.read(message.value()));
        } else {
            DeadLetter letter = LETTERS.read(message.value());
            assertThat(message.headers().lastHeader(ErrorCode.HEADER))
                    .as("header of a dead letter")
                    .extracting(header -> new String(header.value(), StandardCharsets.UTF_8))
                    .isEqualTo(letter.getCode());
            letters.put(
                    "%s-%d@%d"
                            .formatted(
                                    letter.getOrigin().getTopic(),
                                    letter.getOrigin().getPartition(),
                                    letter.getOrigin().getOffset()),
                    letter);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
