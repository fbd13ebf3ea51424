package dev.whence.infra.stack;

import dev.whence.schemas.TopicCreation;
import dev.whence.stream.AttributionJob;
import dev.whence.stream.AttributionJobSettings;
import dev.whence.stream.engine.EngineSettings;
import dev.whence.stream.metrics.MetricsServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka, the attribution job and the metrics in this process, on loopback only. Started again on the same folder, also
 * after a kill, it goes on where it stopped.
 */
public final class LocalStack implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalStack.class);
    private static final String LOOPBACK = "127.0.0.1";
    static final int PARALLELISM = 2;

    private final EmbeddedBroker broker;
    private final MetricsServer metrics;
    private final RunningJob job;
    private final Optional<Path> passedOver;
    private final Deque<AutoCloseable> parts;

    private LocalStack(
            EmbeddedBroker broker,
            MetricsServer metrics,
            RunningJob job,
            Optional<Path> passedOver,
            Deque<AutoCloseable> parts) {
        this.broker = broker;
        this.metrics = metrics;
        this.job = job;
        this.passedOver = passedOver;
        this.parts = parts;
    }

    /**
     * Starts everything; {@link #awaitRunning} tells when the model is loaded.
     *
     * @throws IllegalStateException if another stack has the folder, a port is taken, or a part does not start
     */
    public static LocalStack start(LocalStackSettings settings) {
        return start(
                settings,
                EngineSettings.of(
                        settings.bundle(),
                        settings.reference(),
                        settings.engine(),
                        settings.access(),
                        settings.blobs(),
                        AttributionJobSettings.DEFAULT_BATCH_SIZE,
                        AttributionJobSettings.DEFAULT_MAX_BATCH_AGE,
                        settings.inferenceThreads()));
    }

    static LocalStack start(LocalStackSettings settings, EngineSettings engine) {
        return start(settings, engine, PARALLELISM);
    }

    static LocalStack start(LocalStackSettings settings, EngineSettings engine, int parallelism) {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            parts.push(FolderLock.take(settings.data()));
            EmbeddedBroker broker = EmbeddedBroker.start(settings.data().resolve("kafka"), settings.port());
            parts.push(broker);
            createTopics(broker.bootstrapServers());
            MetricsServer metrics = MetricsServer.start(LOOPBACK, settings.metricsPort());
            parts.push(metrics);
            Path checkpoints = settings.data().resolve("checkpoints");
            Optional<Path> newest = Checkpoints.newest(checkpoints);
            boolean afresh = settings.since().isPresent();
            RunningJob job = RunningJob.start(
                    AttributionJob.graph(jobSettings(settings, engine, parallelism, broker, checkpoints)),
                    parallelism,
                    afresh ? Optional.empty() : newest);
            parts.push(job);
            return new LocalStack(broker, metrics, job, afresh ? newest : Optional.empty(), parts);
        } catch (RuntimeException e) {
            close(parts);
            throw e;
        }
    }

    private static AttributionJobSettings jobSettings(
            LocalStackSettings settings,
            EngineSettings engine,
            int parallelism,
            EmbeddedBroker broker,
            Path checkpoints) {
        return new AttributionJobSettings(
                broker.bootstrapServers(),
                engine,
                parallelism,
                checkpoints,
                settings.checkpointInterval(),
                settings.delivery(),
                AttributionJobSettings.DEFAULT_TRANSACTIONAL_ID_PREFIX,
                settings.since());
    }

    /**
     * Creates the topics that Kafka lacks, with as many copies as the broker makes by default. Warns of those that it has with
     * another number of partitions.
     */
    public static void createTopics(String bootstrapServers) {
        try (Admin admin = Admin.create(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            TopicCreation.createMissing(admin, (short) -1)
                    .divergences()
                    .forEach(divergence -> LOG.warn(
                            "Partitions of the topic {}: {}, where Whence creates {}; it is left as it is",
                            divergence.topic().topicName(),
                            divergence.partitions(),
                            divergence.topic().partitions()));
        }
    }

    /** Kafka's address for clients. */
    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** Where the Prometheus metrics are. */
    public URI metricsUri() {
        return URI.create("http://%s:%d/metrics".formatted(LOOPBACK, metrics.port()));
    }

    /**
     * Waits until every part runs and the model is loaded.
     *
     * @throws IllegalStateException if the job ended instead
     */
    public void awaitRunning() throws InterruptedException {
        job.awaitRunning();
    }

    /** The newest checkpoint, where images since an instant were asked for and the job did not go on from it. */
    public Optional<Path> passedOver() {
        return passedOver;
    }

    /** Why the job ended for good; empty while it runs, or restarts after a failure. */
    public Optional<Throwable> failure() {
        return job.failure();
    }

    /** Stops the job, the metrics, then Kafka. */
    @Override
    public void close() {
        close(parts);
    }

    /** Last started, first closed: the job needs Kafka for as long as it lives. */
    private static void close(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) { // AutoCloseable declares no better; the others must be closed all the same
                LOG.warn("{} did not close cleanly", part.getClass().getSimpleName(), e);
            }
        }
    }
}
