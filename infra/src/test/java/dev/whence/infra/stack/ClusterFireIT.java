package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One part of the cluster after the other is killed, or stopped. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterFireIT {
    private static final int IMAGES = 300;

    private final FireDrill drill;

    ClusterFireIT(@TempDir Path folder) throws Exception {
        drill = FireDrill.start(folder);
        try {
            drill.startJob(Map.of());
        } catch (Exception | AssertionError e) {
            drill.close();
            throw e;
        }
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

    private static List<byte[]> images(String generator) throws Exception {
        return DemoImages.withBrokenOnes(generator, 0, IMAGES);
    }
}
