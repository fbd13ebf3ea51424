package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.attributor.reference.MilvusAccess;
import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.vectorstore.milvus.MilvusIndex;
import dev.whence.vectorstore.milvus.MilvusServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the job needs is away for a while: Kafka, the server of the reference, space for checkpoints. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterOutageIT {
    private static final int IMAGES = 300;
    private static final int FAILURES = 4;
    private static final Duration OUTAGE = Duration.ofMinutes(1);

    private final Path folder;
    private final FireDrill drill;

    ClusterOutageIT(@TempDir Path folder) throws Exception {
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
    void eachImageComesOutOnceThoughTheBrokerIsAwayForAMinute() throws Exception {
        drill.eachImageComesOutOnce("Broker away for a minute", images("lsgan"), () -> {
            drill.broker.kill();
            Thread.sleep(OUTAGE.toMillis());
            drill.broker.startAgain();
        });
    }

    @Test
    void eachImageComesOutOnceThoughTheServerOfTheReferenceIsKilledAndComesBackLater() throws Exception {
        try (MilvusServer server = MilvusServer.start()) {
            Path reference = DemoImages.buildReference(
                    folder.resolve("on-a-server"),
                    new ReferenceStore.Milvus(server.uri(), MilvusIndex.parse("FLAT"), MilvusAccess.PLAIN));
            drill.goOnWith(Map.of("--reference", reference.toString()));
            drill.eachImageComesOutOnce("Milvus killed", images("vae"), () -> {
                server.kill();
                drill.cluster.awaitLogged("The reference does not answer; images wait");
                server.restart();
            });
            assertThat(drill.failures()).as("failures of the job: it waits").isZero();
            drill.goOnWith(Map.of());
        }
    }

    @Test
    void eachImageComesOutOnceThoughTheDiskOfTheCheckpointsIsFullForAWhile() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("small-disk"))) {
            drill.goOnWith(Map.of("--checkpoints", disk.folder().toString()));
            drill.eachImageComesOutOnce("Disk full", images("dcgan"), () -> {
                disk.fill();
                drill.awaitFailures(FAILURES);
                disk.free();
            });
            drill.goOnWith(Map.of());
        }
    }

    private static List<byte[]> images(String generator) throws Exception {
        return DemoImages.withBrokenOnes(generator, 0, IMAGES);
    }
}
