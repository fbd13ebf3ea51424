package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.Topic;
import dev.whence.stream.AttributionJobSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that a stack had in flight when it ended: each test goes on from there. */
class InFlightIT {
    private static final int IMAGES = 40;
    private static final String MESSAGES = "whence_messages_total";
    private static final String EVENTS = "whence_provenance_events_total";
    private static final String DELETED = "whence_deleted_messages_total";
    private static final TopicPartition PARTITION = new TopicPartition(Topic.IMAGES.topicName(), 0);

    @TempDir
    private Path data;

    private final List<byte[]> images = Images.noise(IMAGES, 11);

    @BeforeEach
    void endsWithAllImagesInFlightAndSomeCheckpointsOverThem() throws Exception {
        double taken = Counters.sum(MESSAGES);
        try (LocalStack stack = Stacks.startWithAnEndlessBatch(data);
                Uploader uploader = new Uploader(stack.bootstrapServers());
                OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure);
                Admin admin = admin(stack.bootstrapServers())) {
            stack.awaitRunning();
            uploader.images(PARTITION.partition(), images);
            await(stack, "all are taken", () -> Counters.sum(MESSAGES) >= taken + IMAGES);
            await(stack, "a checkpoint that had the images in flight", () -> answeredOffset(admin) >= 0);
            int checkpoint = newestCheckpoint();
            await(stack, "checkpoints after it", () -> newestCheckpoint() >= checkpoint + 3);

            reader.readToTheEnd();
            assertThat(reader.ledger.distinct()).as("outcomes so far").isZero();
            assertThat(answeredOffset(admin))
                    .as("offset of the first image without an answer")
                    .isZero();
        }
    }

    @Test
    void theyAreReadAgainAndComeOutOnce() throws Exception {
        try (LocalStack stack = Stacks.start(data, Duration.ZERO);
                Uploader uploader = new Uploader(stack.bootstrapServers());
                OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure);
                Admin admin = admin(stack.bootstrapServers())) {
            reader.readUntilAllOf(Images.ids(images));
            reader.readUntilAllOf(uploader.markers(12));

            assertThat(reader.repeated()).isEmpty();
            await(stack, "all are answered for the group", () -> answeredOffset(admin) >= IMAGES + 1);
        }
    }

    /**
     * Or a subtask that knows nothing of them would note that all images of their partition are answered: with three subtasks, one
     * more than before, each has a part of them.
     */
    @ParameterizedTest
    @ValueSource(ints = {LocalStack.PARALLELISM, LocalStack.PARALLELISM + 1})
    void noCheckpointFollowsUntilTheyAreAnswered(int subtasks) throws Exception {
        int before = newestCheckpoint();
        double answered = Counters.sum(EVENTS);
        try (LocalStack stack = Stacks.start(data, Duration.ofMillis(50), subtasks);
                Uploader uploader = new Uploader(stack.bootstrapServers());
                Admin admin = admin(stack.bootstrapServers())) {
            await(stack, "a checkpoint", () -> newestCheckpoint() > before);
            assertThat(Counters.sum(EVENTS)).isEqualTo(answered + IMAGES);
            uploader.markers(12);
            await(stack, "all are answered for the group", () -> answeredOffset(admin) >= IMAGES + 1);
        }
    }

    @Test
    void aStartWithoutACheckpointBeginsWithTheFirstThatHasNoAnswer() throws Exception {
        FileUtils.deleteDirectory(data.resolve("checkpoints").toFile());
        try (LocalStack stack = Stacks.start(data, Duration.ZERO);
                OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
            reader.readUntilAllOf(Images.ids(images));
        }
    }

    @Test
    void oneThatKafkaHasDeletedIsADeadLetter() throws Exception {
        int deleted = 7;
        try (EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("kafka"), 0);
                Admin admin = admin(broker.bootstrapServers())) {
            admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(deleted)))
                    .all()
                    .get();
        }
        try (LocalStack stack = Stacks.start(data, Duration.ZERO);
                Uploader uploader = new Uploader(stack.bootstrapServers());
                OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
            List<String> gone = IntStream.range(0, deleted)
                    .mapToObj(offset -> PARTITION + "@" + offset)
                    .toList();
            reader.readUntilAllOf(Images.ids(images.subList(deleted, IMAGES)));
            reader.readUntilAllOf(gone);
            reader.readUntilAllOf(uploader.markers(12));

            assertThat(reader.repeated()).isEmpty();
            assertThat(reader.ledger.missing(Images.ids(images))).isEqualTo(Images.ids(images.subList(0, deleted)));
            assertThat(gone)
                    .extracting(reader.letters::get)
                    .extracting(DeadLetter::getCode)
                    .containsOnly(ErrorCode.MESSAGE_GONE.name());
        }
    }

    @Test
    void thoseThatKafkaDeletedBeforeTheyWereReadAreOneDeadLetter() throws Exception {
        int deleted = 7;
        List<byte[]> unread = Images.noise(20, 13);
        try (EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("kafka"), 0);
                Uploader uploader = new Uploader(broker.bootstrapServers());
                Admin admin = admin(broker.bootstrapServers())) {
            uploader.images(PARTITION.partition(), unread);
            admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(IMAGES + deleted)))
                    .all()
                    .get();
        }
        double before = Counters.sum(DELETED);
        try (LocalStack stack = Stacks.start(data, Duration.ZERO);
                OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
            String firstDeleted = PARTITION + "@" + IMAGES;
            reader.readUntilAllOf(Images.ids(unread.subList(deleted, unread.size())));
            reader.readUntilAllOf(List.of(firstDeleted));

            DeadLetter letter = Objects.requireNonNull(reader.letters.get(firstDeleted));
            assertThat(letter.getCode()).isEqualTo(ErrorCode.MESSAGE_GONE.name());
            assertThat(letter.getMessage()).contains("deleted " + deleted + " messages");
            assertThat(Counters.sum(DELETED)).isEqualTo(before + deleted);
        }
    }

    private int newestCheckpoint() {
        return Checkpoints.newest(data.resolve("checkpoints"))
                .map(folder -> Integer.parseInt(folder.getFileName().toString().replace("chk-", "")))
                .orElse(0);
    }

    private static void await(LocalStack stack, String what, Callable<Boolean> condition) throws Exception {
        Await.until(what, () -> {
            assertThat(stack.failure()).isEqualTo(Optional.empty());
            return condition.call();
        });
    }

    private static long answeredOffset(Admin admin) throws Exception {
        OffsetAndMetadata offset = answered(admin).get(PARTITION);
        return offset == null ? -1 : offset.offset();
    }

    private static Map<TopicPartition, OffsetAndMetadata> answered(Admin admin) throws Exception {
        return admin.listConsumerGroupOffsets(AttributionJobSettings.DEFAULT_TRANSACTIONAL_ID_PREFIX)
                .partitionsToOffsetAndMetadata()
                .get();
    }

    private static Admin admin(String bootstrapServers) {
        return Admin.create(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }
}
