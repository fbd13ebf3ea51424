package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** With ZooKeeper a JobManager is killed and nobody starts the job again. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HighAvailabilityIT {
    private static final int IMAGES = 300;

    private final ServerProcess zooKeeper;
    private final FireDrill drill;

    HighAvailabilityIT(@TempDir Path folder) throws Exception {
        zooKeeper = ServerProcess.startZooKeeper(folder.resolve("zookeeper"));
        drill = FireDrill.startWithJob(folder, Optional.of(zooKeeper));
    }

    @AfterAll
    void close() {
        drill.close();
        zooKeeper.close();
    }

    @BeforeEach
    void awaitTheJob() throws Exception {
        drill.awaitRunning();
    }

    /** The savepoint that its start names is older than the newest checkpoint: a job that went on from it would repeat. */
    @Test
    void eachImageComesOutOnceThoughTheJobManagerThatLeadsIsKilledAndTheOtherTakesOver() throws Exception {
        drill.cluster.awaitStandby();
        drill.goOnWith(Map.of());
        drill.eachImageComesOutOnce("Leader killed", images("vae"), drill.cluster::killLeader);
    }

    @Test
    void eachImageComesOutOnceThoughTheOnlyJobManagerIsKilledAndStartedAgain() throws Exception {
        drill.cluster.killStandbys();
        drill.eachImageComesOutOnce("Only JobManager killed", images("dcgan"), () -> {
            drill.cluster.killLeader();
            drill.cluster.startJobManager();
        });
    }

    @Test
    void eachImageComesOutOnceThoughZooKeeperIsKilledAndStartedAgain() throws Exception {
        drill.eachImageComesOutOnce("ZooKeeper killed", images("lsgan"), () -> {
            zooKeeper.kill();
            zooKeeper.startAgain();
        });
    }

    @Test
    void aJobThatWasCancelledDoesNotComeBackAndIsStartedFromItsNewestCheckpoint() throws Exception {
        drill.cluster.awaitStandby();
        drill.cancelJob();
        // Only now: a result of which only half is written would end every JobManager after it (docs/operations.md).
        drill.cluster.awaitLogged("Removed execution plan");
        drill.cluster.killLeader();
        drill.cluster.awaitSlots();
        assertThat(drill.cluster.liveJobs()).isEmpty();

        assertThat(drill.startJob(Map.of()))
                .hasValueSatisfying(from -> assertThat(from).startsWith(drill.checkpoints()));
    }

    @Test
    void noProcessListensBeyondLoopback() throws Exception {
        assumeTrue(ListeningSockets.canBeTold(), "Only Linux tells where a process listens");
        List<Long> processes = new ArrayList<>(drill.cluster.pids());
        processes.add(zooKeeper.pid());
        for (long process : processes) {
            assertThat(ListeningSockets.beyondLoopback(process)).isEmpty();
        }
    }

    private static List<byte[]> images(String generator) throws Exception {
        return DemoImages.withBrokenOnes(generator, 0, IMAGES);
    }
}
