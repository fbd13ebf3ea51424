package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.schemas.ImageId;
import dev.whence.schemas.ImageUpload;
import dev.whence.schemas.SingleObject;
import dev.whence.schemas.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Publishes images, and worse. Returns when Kafka has them. */
final class Uploader implements AutoCloseable {
    static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static final long FIRST_SEED_OF_MARKERS = 2_000_000;

    private final String bootstrapServers;
    private final KafkaProducer<byte[], byte[]> producer;

    Uploader(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    void images(List<byte[]> images) {
        publish(images.stream()
                .map(image -> new ProducerRecord<>(
                        Topic.IMAGES.topicName(),
                        ImageId.of(image).getBytes(StandardCharsets.UTF_8),
                        SingleObject.encode(upload(image).build())))
                .toList());
    }

    /**
     * One image to every partition: where these have come out, all before them has.
     *
     * @param seed markers of no other seed are the same, nor are any tests' other images
     */
    List<String> markers(long seed) {
        List<byte[]> images = Images.noise(Topic.IMAGES.partitions(), FIRST_SEED_OF_MARKERS + seed);
        publish(IntStream.range(0, images.size())
                .mapToObj(partition -> message(partition, images.get(partition)))
                .toList());
        return images.stream().map(ImageId::of).toList();
    }

    /** All of these to one partition, in this order. */
    void images(int partition, List<byte[]> images) {
        publish(images.stream().map(image -> message(partition, image)).toList());
    }

    private static ProducerRecord<byte[], byte[]> message(int partition, byte[] image) {
        return new ProducerRecord<>(
                Topic.IMAGES.topicName(),
                partition,
                null,
                SingleObject.encode(upload(image).build()));
    }

    private void publish(List<ProducerRecord<byte[], byte[]>> messages) {
        List<Future<RecordMetadata>> sent =
                messages.stream().map(producer::send).toList();
        producer.flush();
        assertThat(sent)
                .allSatisfy(message -> assertThat(message.get().hasOffset()).isTrue());
    }

    static ImageUpload.Builder upload(byte[] image) {
        return ImageUpload.newBuilder()
                .setId(ImageId.of(image))
                .setPlatform("test")
                .setUploadedAt(Instant.ofEpochMilli(1_700_000_000_000L))
                .setByteLength(image.length)
                .setBytes(ByteBuffer.wrap(image))
                .setTraceparent(TRACEPARENT);
    }

    /** An image with this timestamp on Kafka, in milliseconds since 1970. */
    void image(ImageUpload.Builder upload, int partition, long timestamp) {
        publish(List.of(new ProducerRecord<>(
                Topic.IMAGES.topicName(), partition, timestamp, null, SingleObject.encode(upload.build()))));
    }

    /** Kafka by itself refuses what is more than an hour in the future. */
    void acceptAnyTimestamp() throws InterruptedException, ExecutionException {
        ConfigResource images = new ConfigResource(ConfigResource.Type.TOPIC, Topic.IMAGES.topicName());
        ConfigEntry any =
                new ConfigEntry(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE));
        ConfigEntry producers = new ConfigEntry(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");
        try (Admin admin = Admin.create(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            admin.incrementalAlterConfigs(Map.of(
                            images,
                            List.of(
                                    new AlterConfigOp(any, AlterConfigOp.OpType.SET),
                                    new AlterConfigOp(producers, AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    /** Any message; answers its coordinates. */
    String message(byte @Nullable [] value) throws InterruptedException, ExecutionException {
        RecordMetadata place = producer.send(new ProducerRecord<>(Topic.IMAGES.topicName(), 0, null, value))
                .get();
        return "%s-%d@%d".formatted(place.topic(), place.partition(), place.offset());
    }

    @Override
    public void close() {
        producer.close();
    }
}
