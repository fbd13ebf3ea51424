package dev.whence.infra;

import dev.whence.attributor.Attributor;
import dev.whence.schemas.ModelChange;
import dev.whence.schemas.SingleObject;
import dev.whence.schemas.Topic;
import dev.whence.stream.AttributionJobSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code whence switch}. */
@Command(
        name = "switch",
        description = {
            "Make a running job go on with another bundle and reference, without a restart.",
            "Both are opened here first, then the job is told by a message on whence.models. It opens them beside those at work"
                    + " and changes over when they are there; what it cannot use is a dead letter, and nothing changes."
        },
        footerHeading = "%nExample:%n",
        footer =
                "  whence switch --bootstrap-servers kafka:9092 --model /mnt/whence/model-2 --reference /mnt/whence/reference")
final class SwitchCommand implements Callable<Integer> {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9092",
            description = "Kafka (default: ${DEFAULT-VALUE}).")
    private String bootstrapServers;

    @Option(
            names = "--transactional-id-prefix",
            paramLabel = "NAME",
            defaultValue = AttributionJobSettings.DEFAULT_TRANSACTIONAL_ID_PREFIX,
            description = "The job, by what names its transactions (default: ${DEFAULT-VALUE}).")
    private String job;

    @Mixin
    private ModelOptions model;

    @Override
    public Integer call() throws Exception {
        ModelChange change = change();
        RecordMetadata place = publish(change);
        spec.commandLine()
                .getOut()
                .printf(
                        "%s is told to go on with %s, bundle %s (%s-%d@%d)%n",
                        job,
                        model.model,
                        change.getBundleSha256().substring(0, 12),
                        place.topic(),
                        place.partition(),
                        place.offset());
        return 0;
    }

    private ModelChange change() throws CommandFailedException {
        try (Attributor opened = model.open()) {
            return ModelChange.newBuilder()
                    .setJob(job)
                    .setBundle(model.model.toAbsolutePath().toString())
                    .setBundleSha256(opened.model().sha256())
                    .setReference(model.reference.toAbsolutePath().toString())
                    .setReferenceVersion(opened.reference().version())
                    .setChangedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                    .build();
        }
    }

    private RecordMetadata publish(ModelChange change) throws CommandFailedException, InterruptedException {
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                LONGEST_WAIT.toMillis());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            return producer.send(new ProducerRecord<>(
                            Topic.MODELS.topicName(),
                            job.getBytes(StandardCharsets.UTF_8),
                            SingleObject.encode(change)))
                    .get();
        } catch (ExecutionException e) {
            throw new CommandFailedException(
                    "Kafka at %s does not take the change: %s".formatted(bootstrapServers, e.getMessage()), e);
        }
    }
}
