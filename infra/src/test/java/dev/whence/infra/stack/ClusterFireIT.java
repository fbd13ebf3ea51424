package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.ImageId;
import dev.whence.schemas.ProvenanceEvent;
import dev.whence.schemas.Topic;
import dev.whence.stream.metrics.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One part of the cluster after the other is killed, stopped, or another version. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterFireIT {
    private static final int IMAGES = 300;
    private static final String OTHER = "other";
    private static final int BATCH = 8;
    private static final int MOST_ATTEMPTS = 5 * BATCH;
    private static final long FIRST_SEED = 5_000;
    private static final String BATCHES = "whence_batch_images_count";
    private static final String RETRIED_BATCHES = "whence_retried_batches_total";
    private static final Pattern CHECKPOINTS_COMPLETED = Pattern.compile("(?m)^whence_checkpoints_total [1-9]");
    private static final Pattern CHECKPOINTS_TIMED = Pattern.compile("(?m)^whence_checkpoint_seconds_count [1-9]");
    private static final Pattern IMAGES_ATTRIBUTED = Pattern.compile("(?m)^whence_batch_images_count [1-9]");

    private final Path folder;
    private final FireDrill drill;

    ClusterFireIT(@TempDir Path folder) throws Exception {
        this.folder = folder;
        drill = FireDrill.startWithJob(folder);
    }

    @AfterAll
    void close() {
        drill.close();
    }

    @BeforeEach
    void awaitTheJob() throws Exception {
        drill.awaitRunning();
    }

    @Test
    void eachImageComesOutOnceThoughATaskManagerIsKilledAndAFreshOneJoins() throws Exception {
        drill.eachImageComesOutOnce("TaskManager killed", images("vae"), () -> {
            drill.cluster.killTaskManager();
            drill.cluster.startTaskManager();
        });
    }

    @Test
    void eachImageComesOutOnceThoughTheJobManagerIsKilledAndTheJobStartedAgain() throws Exception {
        drill.eachImageComesOutOnce("JobManager killed", images("dcgan"), () -> {
            drill.cluster.killJobManagerAndStartAgain();
            assertThat(drill.startJob(Map.of()))
                    .hasValueSatisfying(from -> assertThat(from).startsWith(drill.checkpoints()));
        });
    }

    @Test
    void eachImageComesOutOnceThoughTheBrokerIsKilledAndStartedAgainOnTheSameData() throws Exception {
        drill.eachImageComesOutOnce("Broker killed", images("lsgan"), () -> {
            drill.broker.kill();
            drill.broker.startAgain();
        });
    }

    @Test
    void eachImageComesOutOnceThoughTheJobIsStoppedAndGoesOnWithOneSubtaskThenWithTwo() throws Exception {
        drill.eachImageComesOutOnce("Stopped", images("realnvp"), () -> {
            drill.goOnWith(Map.of("--parallelism", "1"));
            drill.goOnWith(Map.of("--parallelism", "2"));
        });
    }

    @Test
    void eachImageComesOutOnceThoughEveryProcessIsANewOneAndTheModelIsAnother() throws Exception {
        String was = ModelBundle.open(DemoImages.MODEL).manifest().version();
        String is = "after-" + was;
        Path model = DemoImages.modelOfVersion(is, folder.resolve("model"));
        List<byte[]> images = DemoImages.withBrokenOnes("vae", IMAGES, IMAGES);
        List<String> before = new ArrayList<>();
        List<String> behind = new ArrayList<>();
        List<byte[]> uploaded = drill.eachImageComesOutOnce("Upgraded", images, () -> {
            String savepoint = drill.stopJob();
            before.addAll(drill.imagesThatCameOut());
            behind.addAll(drill.markers());
            drill.cluster.startAllAgain();
            assertThat(drill.startJob(Map.of("--restore", savepoint, "--model", model.toString())))
                    .contains(savepoint);
        });

        try (OutcomeReader reader = drill.reader()) {
            reader.readToTheEnd();
            Map<String, String> versions = reader.events.stream()
                    .collect(Collectors.toMap(
                            event -> event.getImageId(),
                            event -> event.getModel().getVersion()));
            assertThat(behind).isNotEmpty().extracting(versions::get).containsOnly(is);
            List<String> events =
                    Images.ids(uploaded).stream().filter(versions::containsKey).toList();
            assertThat(events)
                    .filteredOn(before::contains)
                    .extracting(versions::get)
                    .containsOnly(was);
            assertThat(events)
                    .filteredOn(id -> !before.contains(id))
                    .extracting(versions::get)
                    .containsOnly(is);
        }
        drill.goOnWith(Map.of());
    }

    /** Each answer is that of the one pair or of the other, never one's generators with the other's real images. */
    @Test
    void eachImageComesOutOnceThoughModelAndReferenceAreChangedUnderTheRunningJob() throws Exception {
        List<byte[]> images = DemoImages.withBrokenOnes("dcgan", IMAGES, IMAGES);
        Path otherReference = DemoImages.buildOtherReference(folder.resolve("other-reference"));
        Path otherModel = DemoImages.otherModel(OTHER, otherReference, folder.resolve("other-model"));
        int failures = drill.failures();
        List<byte[]> uploaded = drill.eachImageComesOutOnce("Model and reference changed", images, () -> {
            drill.changeModel(otherModel, otherReference);
            drill.awaitModel(OTHER);
        });
        assertThat(drill.failures()).isEqualTo(failures);
        OfflineAnswers before = OfflineAnswers.of(DemoImages.MODEL, drill.reference(), uploaded);
        OfflineAnswers after = OfflineAnswers.of(otherModel, otherReference, uploaded);
        assertThat(before.differingIn(after))
                .as("images of which each would say something else")
                .hasSizeGreaterThanOrEqualTo(images.size() * 9 / 10);
        try (OutcomeReader reader = drill.reader()) {
            reader.readToTheEnd();
            List<ProvenanceEvent> events = reader.events.stream()
                    .filter(event -> before.images().contains(event.getImageId()))
                    .toList();
            assertThat(events)
                    .hasSameSizeAs(before.images())
                    .allSatisfy(event -> assertThat(List.of(before, after))
                            .filteredOn(answers -> answers.areOf(event))
                            .singleElement()
                            .satisfies(answers -> answers.assertAre(event)));
            assertThat(events).anyMatch(before::areOf).anyMatch(after::areOf);
        }

        drill.goOnWith(Map.of());
        List<String> behind = drill.markers();
        try (OutcomeReader reader = drill.reader()) {
            reader.readUntilAllOf(behind);
            assertThat(reader.events)
                    .filteredOn(event -> behind.contains(event.getImageId()))
                    .as("the change outlives a restart from a savepoint")
                    .allMatch(after::areOf);
        }
        drill.changeModel(DemoImages.MODEL, drill.reference());
        drill.awaitModel(ModelBundle.open(DemoImages.MODEL).manifest().version());
    }

    @Test
    void aPoisonImageInEachPlaceOfABatchIsTheOnlyDeadLetterOfIt() throws Exception {
        Path model = DemoImages.modelThatFailsOnWhite(folder.resolve("fails-on-white"));
        drill.goOnWith(Map.of("--model", model.toString(), "--batch-size", Integer.toString(BATCH)));
        int failures = drill.failures();
        int attempts = 0;
        try (OutcomeReader reader = drill.reader()) {
            for (int place = 0; place < BATCH; ) {
                attempts++;
                assertThat(attempts)
                        .as("attempts, the last for place %d", place)
                        .isLessThan(MOST_ATTEMPTS);
                List<byte[]> images = new ArrayList<>(Images.noise(BATCH, FIRST_SEED + attempts));
                byte[] poison = Images.white(Images.SIDE + attempts);
                images.set(place, poison);
                if (wereOneBatchWithOneDeadLetter(images, poison, reader)) {
                    place++;
                }
            }
            reader.readUntilAllOf(drill.markers());
            assertThat(reader.repeated()).isEmpty();
        }
        assertThat(drill.failures()).isEqualTo(failures);
        drill.goOnWith(Map.of());
    }

    /** False if they went as two batches, so that the poison had another place; its dead letter is the only one then, too. */
    private boolean wereOneBatchWithOneDeadLetter(List<byte[]> images, byte[] poison, OutcomeReader reader)
            throws Exception {
        double batches = drill.metric(BATCHES);
        double retried = drill.metric(RETRIED_BATCHES);
        drill.uploader.images(0, images);
        List<String> ids = Images.ids(images);
        reader.readUntilAllOf(ids);

        assertThat(drill.metric(RETRIED_BATCHES)).isEqualTo(retried + 1);
        assertThat(reader.letters.values())
                .filteredOn(letter -> ids.contains(String.valueOf(letter.getImageId())))
                .singleElement()
                .satisfies(letter -> {
                    assertThat(letter.getImageId()).isEqualTo(ImageId.of(poison));
                    assertThat(letter.getCode()).isEqualTo(ErrorCode.INTERNAL.name());
                    assertThat(letter.getMessage()).contains("Attribution failed on this image");
                });
        return drill.metric(BATCHES) == batches + 1;
    }

    @Test
    void eachImageComesOutOnceWhateverItsTimestamps() throws Exception {
        long year9999 = Instant.parse("9999-12-31T23:59:59Z").toEpochMilli();
        drill.uploader.acceptAnyTimestamp();
        int failures = drill.failures();
        List<byte[]> images = Images.noise(12, FIRST_SEED);
        List<Long> onKafka = List.of(year9999, 0L, System.currentTimeMillis());
        List<Long> uploadedAt = List.of(Long.MAX_VALUE, Long.MIN_VALUE, -1L, year9999);
        for (int i = 0; i < images.size(); i++) {
            drill.uploader.image(
                    Uploader.upload(images.get(i)).setUploadedAt(Instant.ofEpochMilli(uploadedAt.get(i % 4))),
                    i % Topic.IMAGES.partitions(),
                    onKafka.get(i % 3));
        }

        try (OutcomeReader reader = drill.reader()) {
            reader.readUntilAllOf(Images.ids(images));
            reader.readUntilAllOf(drill.markers());

            assertThat(reader.repeated()).isEmpty();
            assertThat(reader.events)
                    .filteredOn(event -> event.getImageId().equals(ImageId.of(images.get(0))))
                    .extracting(ProvenanceEvent::getUploadedAt)
                    .containsExactly(Instant.ofEpochMilli(Long.MAX_VALUE));
        }
        assertThat(drill.failures()).isEqualTo(failures);
        assertThat(drill.metric("whence_end_to_end_seconds_sum"))
                .as("no image took less than no time")
                .isPositive();
    }

    @Test
    void aJobWhoseModelDoesNotFitIsCancelledAndItIsSaidWhy() throws Exception {
        Path model = DemoImages.modelOfReference("elsewhere", folder.resolve("misfit"));
        String savepoint = drill.stopJob();

        assertThat(drill.startJobInVain(Map.of("--restore", savepoint, "--model", model.toString())))
                .containsPattern("whence: The job failed ([6-9]|\\d\\d+) times before it ran and was cancelled: ")
                .contains("was trained against reference elsewhere (000000000000), not demo (")
                .doesNotContain("Exception");
        assertThat(drill.cluster.liveJobs()).isEmpty();

        assertThat(drill.startJob(Map.of("--restore", savepoint))).contains(savepoint);
    }

    /** Each has its own, and whoever starts the job may have others. */
    @Test
    void aTaskManagerAttributesOnAsManyThreadsAsItHasProcessors() throws Exception {
        drill.cluster.awaitLogged("inference threads " + FlinkCluster.TASK_MANAGERS_PROCESSORS + ",");
    }

    @Test
    void everyProcessOfTheClusterServesItsMetrics() throws Exception {
        try (OutcomeReader reader = drill.reader()) {
            reader.readUntilAllOf(drill.markers());
        }

        List<String> pages = drill.awaitMetrics(all -> all.stream()
                        .anyMatch(page -> CHECKPOINTS_COMPLETED.matcher(page).find()
                                && CHECKPOINTS_TIMED.matcher(page).find())
                && all.stream()
                                .filter(page -> IMAGES_ATTRIBUTED.matcher(page).find())
                                .count()
                        == FireDrill.TASK_MANAGERS);
        assertThat(pages).hasSize(1 + FireDrill.TASK_MANAGERS);
        for (Stage stage : Stage.values()) {
            Pattern count = Pattern.compile("(?m)^whence_stage_seconds_count\\{stage=\"%s\"} [1-9]"
                    .formatted(stage.name().toLowerCase(Locale.ROOT)));
            assertThat(pages)
                    .filteredOn(page -> count.matcher(page).find())
                    .as("TaskManagers that tell how long it took: %s", stage)
                    .hasSize(FireDrill.TASK_MANAGERS);
        }
    }

    @Test
    void aClusterThatHasNoSuchEngineRefusesTheJobInOneSentence() throws Exception {
        assumeFalse(Files.exists(Path.of("/dev/nvidia0")), "A machine without a GPU is needed");
        String savepoint = drill.stopJob();

        assertThat(drill.startJobInVain(Map.of("--restore", savepoint, "--engine", "cuda")))
                .contains("The engine cuda does not run here", "use another --engine")
                .doesNotContain("Exception");

        assertThat(drill.startJob(Map.of("--restore", savepoint))).contains(savepoint);
    }

    /** As an operator, or whoever has Flink's own command line, starts it. */
    @Test
    void theJobIsAProgramThatFlinksOwnCommandLineStarts() throws Exception {
        drill.cancelJob();
        drill.startJobByFlink();
        drill.awaitRunning();

        List<String> behind = drill.markers();
        try (OutcomeReader reader = drill.reader()) {
            reader.readUntilAllOf(behind);
            assertThat(reader.repeated()).isEmpty();
        }
    }

    private static List<byte[]> images(String generator) throws Exception {
        return DemoImages.withBrokenOnes(generator, 0, IMAGES);
    }
}
