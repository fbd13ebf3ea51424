package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.schemas.ProvenanceEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka takes back what a checkpoint counts as done, as it does when the job is away for longer than a transaction may last. */
class LostTransactionsIT {
    private static final String AN_HOUR = "3600000";
    private static final int IMAGES = 30;
    private static final String ATTRIBUTED = "whence_provenance_events_total";
    private static final Pattern LOST = Pattern.compile("^whence_lost_transactions_total [1-9]", Pattern.MULTILINE);

    @TempDir
    Path folder;

    @Test
    void theJobEndsAloudAndStartedWithSinceBringsOutEveryImageAgainWithTheSameEventId() throws Exception {
        List<byte[]> before = Images.noise(IMAGES, 1);
        List<byte[]> repeated = Images.noise(IMAGES, 2);
        List<byte[]> lost = Images.noise(IMAGES, 3);
        List<byte[]> behind = Images.noise(IMAGES, 4);
        try (FireDrill drill = FireDrill.start(folder);
                OutcomeReader reader = drill.reader()) {
            drill.startJob(Map.of("--checkpoint-interval", AN_HOUR));
            drill.awaitRunning();
            drill.uploader.images(before);
            awaitAttributed(drill, IMAGES);
            Instant since = Instant.now();
            drill.uploader.images(repeated);
            awaitAttributed(drill, 2 * IMAGES);
            drill.checkpoint();
            reader.readUntilAllOf(Images.ids(before));
            reader.readUntilAllOf(Images.ids(repeated));
            drill.uploader.images(lost);
            awaitAttributed(drill, 3 * IMAGES);
            String savepoint = drill.savepoint();

            drill.cluster.startAllAgain();
            drill.uploader.images(behind);
            assertThat(drill.imagesThatCameOut()).doesNotContainAnyElementsOf(Images.ids(lost));
            takeBackOpenTransactions(drill.broker.address());

            for (String delivery : List.of("exactly-once", "at-least-once")) {
                drill.startJobThatEnds(Map.of("--restore", savepoint, "--delivery", delivery));
                assertThat(drill.awaitFailure())
                        .as(delivery)
                        .contains("LostTransactionException", "its events are lost: start the job once with --since");
            }
            drill.awaitMetrics(
                    pages -> pages.stream().anyMatch(page -> LOST.matcher(page).find()));

            assertThat(drill.startJobSince(since))
                    .hasValueSatisfying(checkpoint -> assertThat(checkpoint).startsWith(drill.checkpoints()));
            reader.readUntilAllOf(Images.ids(lost));
            reader.readUntilAllOf(Images.ids(behind));
            reader.readUntilAllOf(drill.markers());

            assertThat(reader.repeated()).containsExactlyInAnyOrderElementsOf(Images.ids(repeated));
            assertThat(eventIds(reader).values())
                    .as("event ids of each image")
                    .allSatisfy(ids -> assertThat(ids).hasSize(1));
            assertThat(drill.failures()).as("failures of the job").isZero();
        }
    }

    @Test
    void aLocalStackThatIsStartedWithSinceAttributesAgainAndTellsWhatItPassesOver() throws Exception {
        LocalStackSettings settings = LocalStackSettings.of(folder, folder, folder);
        List<String> ids = Images.ids(Images.noise(IMAGES, 1));
        try (LocalStack stack = Stacks.start(folder, Duration.ZERO);
                Uploader uploader = new Uploader(stack.bootstrapServers());
                OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
            uploader.images(Images.noise(IMAGES, 1));
            reader.readUntilAllOf(ids);
            assertThat(stack.passedOver()).isEmpty();
        }

        try (LocalStack stack = LocalStack.start(
                        Stacks.withImagesSince(settings, Instant.EPOCH), Stacks.engine(settings, Duration.ZERO));
                Uploader uploader = new Uploader(stack.bootstrapServers());
                OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
            reader.readUntilAllOf(uploader.markers(2));

            assertThat(stack.passedOver())
                    .hasValueSatisfying(checkpoint -> assertThat(checkpoint).startsWith(folder.resolve("checkpoints")));
            assertThat(reader.repeated()).containsExactlyInAnyOrderElementsOf(ids);
            assertThat(eventIds(reader).values())
                    .as("event ids of each image")
                    .allSatisfy(of -> assertThat(of).hasSize(1));
        }
    }

    private static void awaitAttributed(FireDrill drill, int images) throws Exception {
        Await.until("images attributed: " + images, () -> drill.metric(ATTRIBUTED) == images);
    }

    private static void takeBackOpenTransactions(String bootstrapServers) throws Exception {
        try (Admin admin = Admin.create(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            List<String> open = new ArrayList<>();
            for (TransactionListing transaction : admin.listTransactions().all().get()) {
                if (transaction.state() == TransactionState.ONGOING) {
                    open.add(transaction.transactionalId());
                }
            }
            assertThat(open).as("open transactions").isNotEmpty();
            admin.fenceProducers(open).all().get();
        }
    }

    private static Map<String, Set<String>> eventIds(OutcomeReader reader) {
        return reader.events.stream()
                .collect(Collectors.groupingBy(
                        ProvenanceEvent::getImageId,
                        Collectors.mapping(ProvenanceEvent::getEventId, Collectors.toSet())));
    }
}
