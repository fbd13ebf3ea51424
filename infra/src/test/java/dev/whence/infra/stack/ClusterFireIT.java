package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.attributor.bundle.ModelBundle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        drill.eachImageComesOutOnce("Upgraded", images, () -> {
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
            assertThat(before).isNotEmpty().extracting(versions::get).containsOnly(was);
            assertThat(behind).isNotEmpty().extracting(versions::get).containsOnly(is);
            assertThat(Images.ids(images))
                    .filteredOn(id -> !before.contains(id))
                    .as("models of what came out after the stop; none for what is no image")
                    .extracting(versions::get)
                    .contains(is)
                    .doesNotContain(was);
        }
        drill.goOnWith(Map.of());
    }

    @Test
    void eachImageComesOutOnceThoughTheModelIsChangedUnderTheRunningJob() throws Exception {
        String was = ModelBundle.open(DemoImages.MODEL).manifest().version();
        Path changed = DemoImages.modelOfVersion("changed", folder.resolve("changed"));
        List<byte[]> images = DemoImages.withBrokenOnes("dcgan", IMAGES, IMAGES);
        int failures = drill.failures();
        drill.eachImageComesOutOnce("Model changed", images, () -> {
            drill.changeModel(changed);
            drill.awaitMetrics(pages -> pages.stream()
                            .filter(page -> page.contains("version=\"changed\""))
                            .count()
                    == FireDrill.TASK_MANAGERS);
        });

        assertThat(drill.failures()).isEqualTo(failures);
        List<String> behind = drill.markers();
        try (OutcomeReader reader = drill.reader()) {
            reader.readUntilAllOf(behind);
            List<String> ids = Images.ids(images);
            assertThat(reader.events)
                    .filteredOn(event -> ids.contains(event.getImageId()))
                    .extracting(event -> event.getModel().getVersion())
                    .contains(was)
                    .isSubsetOf(was, "changed");
            assertThat(reader.events)
                    .filteredOn(event -> behind.contains(event.getImageId()))
                    .extracting(event -> event.getModel().getVersion())
                    .containsOnly("changed");
        }
        drill.goOnWith(Map.of());
        drill.changeModel(DemoImages.MODEL);
        drill.awaitMetrics(pages -> pages.stream().noneMatch(page -> page.contains("version=\"changed\"")));
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

    @Test
    void everyProcessOfTheClusterServesItsMetrics() throws Exception {
        try (OutcomeReader reader = drill.reader()) {
            reader.readUntilAllOf(drill.markers());
        }

        drill.awaitMetrics(pages -> pages.size() == 1 + FireDrill.TASK_MANAGERS
                && pages.stream()
                        .anyMatch(page -> CHECKPOINTS_COMPLETED.matcher(page).find()
                                && CHECKPOINTS_TIMED.matcher(page).find())
                && pages.stream()
                                .filter(page -> IMAGES_ATTRIBUTED.matcher(page).find())
                                .count()
                        == FireDrill.TASK_MANAGERS);
    }

    private static List<byte[]> images(String generator) throws Exception {
        return DemoImages.withBrokenOnes(generator, 0, IMAGES);
    }
}
