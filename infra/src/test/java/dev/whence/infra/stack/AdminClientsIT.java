package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.schemas.Topic;
import dev.whence.stream.AttributionJob;
import dev.whence.stream.AttributionJobSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.StrictKafkaSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's connector by itself leaves an admin client, a thread and a connection, behind at every start of a sink. */
class AdminClientsIT {
    private static final int STARTS = 2;

    @TempDir
    Path data;

    private List<String> before = List.of();

    @BeforeEach
    void thoseOfOthers() {
        before = adminClients();
    }

    @Test
    void aJobThatStartsAgainAndAgainLeavesNoAdminClientBehind() throws Exception {
        LocalStackSettings stack = LocalStackSettings.of(data, data, data);
        try (EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("kafka"), 0)) {
            LocalStack.createTopics(broker.bootstrapServers());
            AttributionJobSettings settings = AttributionJobSettings.of(
                    broker.bootstrapServers(),
                    Stacks.engine(stack, Duration.ZERO),
                    LocalStack.PARALLELISM,
                    data.resolve("checkpoints"));
            for (int start = 0; start < STARTS; start++) {
                try (RunningJob job =
                        RunningJob.start(AttributionJob.graph(settings), LocalStack.PARALLELISM, Optional.empty())) {
                    job.awaitRunning();
                }
            }
            assertThat(adminClients()).isEqualTo(before);
        }
    }

    /** As while Kafka is away: then the job starts again without end. */
    @Test
    void aSinkThatFailsToStartLeavesNoAdminClientBehind() throws Exception {
        Properties producer = new Properties();
        producer.setProperty(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + FreePort.any());
        producer.setProperty(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, "500");
        producer.setProperty(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, "200");
        producer.setProperty(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        producer.setProperty(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(
                1, new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none"));
        environment
                .fromData("nothing that is read")
                .sinkTo(new StrictKafkaSink<>(
                        DeliveryGuarantee.EXACTLY_ONCE,
                        producer,
                        "none",
                        KafkaRecordSerializationSchema.<String>builder()
                                .setTopic(Topic.PROVENANCE.topicName())
                                .setValueSerializationSchema(new SimpleStringSchema())
                                .build()));

        assertThatThrownBy(environment::execute).hasStackTraceContaining("Failed to get metadata for topics");

        assertThat(adminClients()).isEqualTo(before);
    }

    private static List<String> adminClients() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("kafka-admin-client-thread"))
                .sorted()
                .toList();
    }
}
