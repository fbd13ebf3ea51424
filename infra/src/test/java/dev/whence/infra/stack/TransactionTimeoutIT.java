package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.whence.schemas.Topic;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker of a local stack goes and comes with the job, so the night between is no time that a transaction lasted. */
class TransactionTimeoutIT {
    private static final int TIMEOUT_MILLIS = 500;
    /** More than the ten seconds after which Kafka by itself looks for transactions that have timed out. */
    private static final int TIME_TO_GO_ON_MILLIS = 12_000;

    @TempDir
    Path data;

    @Test
    void aTransactionThatTimedOutWhileTheBrokerWasAwayIsCommitted() throws Exception {
        int port = FreePort.any();
        EmbeddedBroker broker = EmbeddedBroker.start(data, port);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        broker.bootstrapServers(),
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        "any",
                        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                        TIMEOUT_MILLIS),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            LocalStack.createTopics(broker.bootstrapServers());
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(Topic.PROVENANCE.topicName(), new byte[1]))
                    .get();
            broker.close();
            Thread.sleep(TIMEOUT_MILLIS);

            broker = EmbeddedBroker.start(data, port);
            Thread.sleep(TIME_TO_GO_ON_MILLIS);
            assertThatNoException().isThrownBy(producer::commitTransaction);
        } finally {
            broker.close();
        }
    }
}
