package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.schemas.Topic;
import dev.whence.stream.AttributionJob;
import dev.whence.stream.AttributionJobSettings;
import dev.whence.stream.LostTransactionException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a job goes on from may hold transactions that were committed before it failed: they are not taken for lost. Others are. */
class TransactionReuseIT {
    private static final int SLOTS = 2;
    private static final Duration AN_HOUR = Duration.ofHours(1);

    @TempDir
    Path data;

    /**
     * A savepoint is nothing that a job goes on from by itself, but the sinks see its barrier as any other and take another
     * transactional id. With the second row the last of them had been committed before the last checkpoint, and is among the
     * highest, which a job that runs undisturbed would not take again.
     */
    @ParameterizedTest
    @CsvSource({"0, 1, 1", "3, 3, 5"})
    @SuppressWarnings("try") // Flink's cluster may be interrupted when it closes
    void eachImageComesOutOnceThoughTheJobFailsAfterSavepointsAndGoesOnFromTheCheckpointBefore(
            int savepointsBefore, int checkpoints, int savepointsAfter) throws Exception {
        List<byte[]> open = new ArrayList<>();
        List<byte[]> behind = Images.noise(150, 0);
        try (EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("kafka"), 0);
                MiniCluster cluster = cluster()) {
            LocalStack.createTopics(broker.bootstrapServers());
            JobID job = cluster.submitJob(graph(broker)).get().getJobID();
            awaitRunning(cluster, job, 0);
            try (Uploader uploader = new Uploader(broker.bootstrapServers());
                    OutcomeReader reader = new OutcomeReader(broker.bootstrapServers(), Optional::empty)) {
                for (int savepoint = 1; savepoint <= savepointsBefore; savepoint++) {
                    attribute(Images.noise(50, 100 + savepoint), uploader, broker);
                    savepoint(cluster, job);
                }
                for (int checkpoint = 1; checkpoint <= checkpoints; checkpoint++) {
                    List<byte[]> committed = Images.noise(50, 200 + checkpoint);
                    attribute(committed, uploader, broker);
                    cluster.triggerCheckpoint(job, CheckpointType.FULL).get();
                    reader.readUntilAllOf(Images.ids(committed));
                }
                for (int savepoint = 1; savepoint <= savepointsAfter; savepoint++) {
                    List<byte[]> images = Images.noise(50, 300 + savepoint);
                    attribute(images, uploader, broker);
                    savepoint(cluster, job);
                    open.addAll(images);
                }
                ParityAttributor.breakInTurn(1);
                uploader.images(behind);
                awaitRunning(cluster, job, 1);

                commitUntilAllOf(open, cluster, job, reader);
                commitUntilAllOf(behind, cluster, job, reader);
                assertThat(reader.repeated()).isEmpty();
            }
            cluster.cancelJob(job).get();
        }
    }

    /** As after more than seven days without the job, or with another Kafka. */
    @Test
    @SuppressWarnings("try") // Flink's cluster may be interrupted when it closes
    void transactionsOfASavepointThatKafkaDoesNotKnowEndTheJob() throws Exception {
        Path savepoint;
        try (EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("kafka"), 0);
                MiniCluster cluster = cluster()) {
            LocalStack.createTopics(broker.bootstrapServers());
            JobID job = cluster.submitJob(graph(broker)).get().getJobID();
            awaitRunning(cluster, job, 0);
            try (Uploader uploader = new Uploader(broker.bootstrapServers())) {
                attribute(Images.noise(50, 1), uploader, broker);
            }
            savepoint = savepoint(cluster, job);
            cluster.cancelJob(job).get();
        }

        try (EmbeddedBroker another = EmbeddedBroker.start(data.resolve("another-kafka"), 0)) {
            LocalStack.createTopics(another.bootstrapServers());
            try (RunningJob job = RunningJob.start(graph(another), SLOTS, Optional.of(savepoint))) {
                assertThatThrownBy(job::awaitRunning)
                        .isInstanceOf(LostTransactionException.class)
                        .hasMessageContaining("start the job once with --since")
                        .hasMessageContaining("InvalidPidMappingException");
            }
        }
    }

    private JobGraph graph(EmbeddedBroker broker) {
        return AttributionJob.graph(new AttributionJobSettings(
                broker.bootstrapServers(),
                Stacks.engine(Stacks.withOneThread(LocalStackSettings.of(data, data, data)), Duration.ZERO),
                SLOTS,
                data.resolve("checkpoints"),
                AN_HOUR,
                DeliveryGuarantee.EXACTLY_ONCE,
                AttributionJobSettings.DEFAULT_TRANSACTIONAL_ID_PREFIX,
                Optional.empty()));
    }

    private Path savepoint(MiniCluster cluster, JobID job) throws Exception {
        return Path.of(URI.create(cluster.triggerSavepoint(
                        job, data.resolve("savepoints").toUri().toString(), false, SavepointFormatType.CANONICAL)
                .get()));
    }

    private static MiniCluster cluster() throws Exception {
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(new Configuration())
                .setNumSlotsPerTaskManager(SLOTS)
                .setCommonBindAddress("127.0.0.1")
                .withRandomPorts()
                .build());
        cluster.start();
        return cluster;
    }

    /** @param failures how often it must have failed before */
    private static void awaitRunning(MiniCluster cluster, JobID job, int failures) throws Exception {
        Await.until("the job runs", () -> isRunning(cluster, job, failures));
    }

    private static boolean isRunning(MiniCluster cluster, JobID job, int failures) throws Exception {
        JobStatus status = cluster.getJobStatus(job).get();
        if (status == JobStatus.FAILED) {
            throw new AssertionError("The job ended", failure(cluster, job));
        }
        boolean running = status == JobStatus.RUNNING;
        for (AccessExecutionVertex subtask :
                cluster.getExecutionGraph(job).get().getAllExecutionVertices()) {
            running &= subtask.getExecutionState() == ExecutionState.RUNNING
                    && subtask.getCurrentExecutionAttempt().getAttemptNumber() >= failures;
        }
        return running;
    }

    private static @Nullable Throwable failure(MiniCluster cluster, JobID job) throws Exception {
        return Optional.ofNullable(cluster.getExecutionGraph(job).get().getFailureInfo())
                .map(ErrorInfo::getException)
                .orElse(null);
    }

    /** Uploads these and waits until as many more events are written; only checkpoints commit them, and there is none meanwhile. */
    private static void attribute(List<byte[]> images, Uploader uploader, EmbeddedBroker broker) throws Exception {
        List<TopicPartition> partitions = IntStream.range(0, Topic.PROVENANCE.partitions())
                .mapToObj(partition -> new TopicPartition(Topic.PROVENANCE.topicName(), partition))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            long before = ends(consumer, partitions);
            uploader.images(images);
            Await.until("all are written", () -> ends(consumer, partitions) >= before + images.size());
        }
    }

    private static long ends(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
        return consumer.endOffsets(partitions).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private static void commitUntilAllOf(List<byte[]> images, MiniCluster cluster, JobID job, OutcomeReader reader)
            throws Exception {
        List<String> ids = Images.ids(images);
        Await.until(
                "all are committed",
                () -> {
                    cluster.triggerCheckpoint(job, CheckpointType.FULL).get();
                    reader.readToTheEnd();
                    return reader.ledger.hasAll(ids);
                },
                () -> "missing: " + reader.ledger.missing(ids));
    }
}
