package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ErrorCode;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka, a JobManager and two TaskManagers as processes, the job started by {@code whence job}, the demo's model. Whatever
 * happens mid-stream: who reads what was committed finds each image once. {@link LedgerTest} shows the check can fail.
 * The processes' logs are in target/processes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterFireIT {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterFireIT.class);
    private static final int IMAGES = 300;
    private static final int TASK_MANAGERS = 2;
    private static final long NANOS_BETWEEN_UPLOADS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Path folder;
    private BrokerProcess broker;
    private FlinkCluster cluster;
    private Uploader uploader;
    private String job;

    ClusterFireIT(@TempDir Path folder) throws Exception {
        this.folder = folder;
        DemoImages.buildReference(folder.resolve("reference"), new ReferenceStore.Embedded());
        try {
            broker = BrokerProcess.start(folder.resolve("kafka"));
            parts.push(broker);
            cluster = FlinkCluster.start(folder.resolve("flink"), TASK_MANAGERS);
            parts.push(cluster);
            uploader = new Uploader(broker.bootstrapServers());
            parts.push(uploader);
            job = startedJob("");
        } catch (Exception | AssertionError e) {
            close();
            throw e;
        }
    }

    @AfterAll
    void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    @BeforeEach
    void awaitTheJob() throws Exception {
        cluster.awaitRunning(job);
    }

    @Test
    void eachImageComesOutOnceThoughATaskManagerIsKilledAndAFreshOneJoins() throws Exception {
        eachImageComesOutOnce("TaskManager killed", 0, () -> {
            cluster.killTaskManager();
            cluster.startTaskManager();
        });
    }

    @Test
    void eachImageComesOutOnceThoughTheJobManagerIsKilledAndTheJobStartedAgain() throws Exception {
        eachImageComesOutOnce("JobManager killed", 1, () -> {
            cluster.killJobManagerAndStartAgain();
            job = startedJob(
                    "goes on from " + folder.resolve("data/checkpoints").toUri());
        });
    }

    @Test
    void eachImageComesOutOnceThoughTheBrokerIsKilledAndStartedAgainOnTheSameData() throws Exception {
        eachImageComesOutOnce("Broker killed", 2, broker::killAndStartAgain);
    }

    @Test
    void eachImageComesOutOnceThoughTheJobIsStoppedAndGoesOnWithOneSubtaskThenWithTwo() throws Exception {
        eachImageComesOutOnce("Stopped", 3, () -> {
            goOnFromASavepointWith(1);
            goOnFromASavepointWith(TASK_MANAGERS);
        });
    }

    private void goOnFromASavepointWith(int subtasks) throws Exception {
        String savepoint = cluster.stopWithSavepoint(job, folder.resolve("savepoints"));
        job = startedJob(
                "goes on from " + savepoint, "--restore", savepoint, "--parallelism", Integer.toString(subtasks));
        cluster.awaitRunning(job);
    }

    private void eachImageComesOutOnce(String what, int number, Fire fire) throws Exception {
        List<byte[]> images = DemoImages.withBrokenOnes(
                List.of("vae", "dcgan", "lsgan", "realnvp").get(number), 0, IMAGES);
        try (OutcomeReader reader = new OutcomeReader(broker.bootstrapServers(), Optional::empty)) {
            CompletableFuture<Void> uploaded = CompletableFuture.runAsync(() -> uploadSlowly(images));
            reader.readUntilAllOf(Images.ids(images.subList(0, IMAGES / 6)));
            assertThat(uploaded).as("the upload").isNotDone();

            long start = System.nanoTime();
            fire.start();
            reader.readUntilAllOf(uploader.markers(number));
            LOG.info("{}: what was uploaded afterwards came out after {} ms", what, millisSince(start));
            int failures = cluster.failures(job);

            uploaded.get(1, TimeUnit.MINUTES);
            reader.readUntilAllOf(Images.ids(images));
            reader.readUntilAllOf(uploader.markers(100 + number));
            LOG.info("{}: failures of the job {}", what, cluster.failures(job));
            assertThat(reader.ledger.repeated()).isEmpty();
            assertThat(lettersOf(images, reader))
                    .hasSize(IMAGES / 10)
                    .allSatisfy(letter -> assertThat(letter.getCode()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT.name()));
            assertThat(cluster.failures(job)).as("failures after the recovery").isEqualTo(failures);
        }
    }

    private static List<DeadLetter> lettersOf(List<byte[]> images, OutcomeReader reader) {
        List<String> ids = Images.ids(images);
        return reader.letters.values().stream()
                .filter(letter -> ids.contains(String.valueOf(letter.getImageId())))
                .toList();
    }

    private void uploadSlowly(List<byte[]> images) {
        for (byte[] image : images) {
            uploader.images(List.of(image));
            LockSupport.parkNanos(NANOS_BETWEEN_UPLOADS);
        }
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    /** @param said by the command before it names the job */
    private String startedJob(String said, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("job", "--flink", cluster.restAddress()));
        command.addAll(List.of("--bootstrap-servers", broker.bootstrapServers()));
        command.addAll(List.of("--data", folder.resolve("data").toString()));
        command.addAll(List.of("--model", DemoImages.MODEL.toString()));
        command.addAll(List.of("--reference", folder.resolve("reference").toString()));
        command.addAll(List.of("--threads", "1"));
        command.addAll(List.of(options));
        String output = whence(command);
        assertThat(output).startsWith(said).contains("job ");
        return output.substring(output.lastIndexOf(' ')).strip();
    }

    private static String whence(List<String> arguments) throws Exception {
        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of(JavaProcess.JAVA, "-jar", "target/whence.jar"), arguments.stream())
                                .toList())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader()) {
            String output = out.lines().collect(Collectors.joining("\n"));
            assertThat(process.waitFor()).as("exit code of whence").isZero();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    private interface Fire {
        void start() throws Exception;
    }
}
