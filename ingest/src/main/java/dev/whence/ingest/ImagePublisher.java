package dev.whence.ingest;

import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.blob.BlobStore;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the images of a source to whence.images, keyed by their SHA-256. Images of up to 256 KiB travel in the
 * message, larger ones wait in the blob store (claim check). Whatever is no image becomes a dead letter. Once a message
 * has been lost, nothing more is published. One thread publishes at a time.
 */
public final class ImagePublisher implements AutoCloseable {
    /** Longest image that travels inside its message. */
    public static final int MAX_INLINE_BYTES = 256 << 10;

    /** Stage of the dead letters written here. */
    public static final String STAGE = "ingest";

    private static final Pattern PLATFORM = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,63}");
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Producer<String, byte[]> producer;
    private final BlobStore blobs;
    private final Pace pace;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final AtomicReference<@Nullable Exception> lost = new AtomicReference<>();

    ImagePublisher(Producer<String, byte[]> producer, BlobStore blobs, Pace pace, Clock clock) {
        this.producer = producer;
        this.blobs = blobs;
        this.pace = pace;
        this.clock = clock;
    }

    /**
     * Connects to a cluster.
     *
     * @param kafka where it is and how to get in, by Kafka's names for settings ({@code bootstrap.servers}, ...); what
     *     keeps messages from being lost or doubled is set here and cannot be overridden
     * @param blobs takes images of more than {@link #MAX_INLINE_BYTES}
     */
    public static ImagePublisher connect(Map<String, ?> kafka, BlobStore blobs, Pace pace) {
        return new ImagePublisher(
                new KafkaProducer<>(ProducerSettings.over(kafka), new StringSerializer(), new ByteArraySerializer()),
                blobs,
                pace,
                Clock.systemUTC());
    }

    /**
     * Publishes every image of the source and waits until Kafka has acknowledged all of them.
     *
     * @param platform where the images were seen: 1 to 64 letters, digits, dots, dashes and underscores
     * @throws PublishingFailedException if Kafka did not take an image
     */
    public PublishingResult publish(ImageSource images, String platform, PublishingListener listener)
            throws PublishingFailedException, InterruptedException {
        if (!PLATFORM.matcher(platform).matches()) {
            throw new IllegalArgumentException("A platform's name is 1 to 64 letters, digits, dots, dashes and"
                    + " underscores, the first a letter or digit");
        }
        UploadMessages messages = new UploadMessages(platform, blobs, clock, random);
        Map<ErrorCode, Long> deadLetters = new EnumMap<>(ErrorCode.class);
        long published = 0;
        long bytes = 0;
        while (images.hasNext()) {
            pace.await();
            SourceImage image = images.next();
            UploadMessage message = messages.of(image);
            send(message);
            if (message.rejected().isPresent()) {
                deadLetters.merge(message.rejected().get(), 1L, Long::sum);
            } else {
                published++;
                bytes += message.imageBytes();
            }
            listener.handled(image, message.rejected());
        }
        flush();
        return new PublishingResult(published, deadLetters, images.skipped(), bytes);
    }

    private void send(UploadMessage message) throws PublishingFailedException, InterruptedException {
        ProducerRecord<String, byte[]> kafkaRecord =
                new ProducerRecord<>(message.topic().topicName(), message.key(), message.value());
        message.rejected()
                .ifPresent(code ->
                        kafkaRecord.headers().add(ErrorCode.HEADER, code.name().getBytes(StandardCharsets.UTF_8)));
        failIfLost();
        try {
            var unused = producer.send(kafkaRecord, (metadata, error) -> {
                if (error != null) {
                    lost.compareAndSet(null, error);
                }
            });
        } catch (InterruptException e) {
            throw interrupted(e);
        } catch (KafkaException | IllegalStateException e) {
            lost.compareAndSet(null, e);
        }
        failIfLost();
    }

    private void flush() throws PublishingFailedException, InterruptedException {
        try {
            producer.flush();
        } catch (InterruptException e) {
            throw interrupted(e);
        }
        failIfLost();
    }

    private void failIfLost() throws PublishingFailedException {
        Exception error = lost.get();
        if (error != null) {
            throw new PublishingFailedException(
                    "Kafka did not take an image (%s): see that the broker is up and has the topics, then ingest again"
                            .formatted(error.getMessage()),
                    error);
        }
    }

    /** Kafka's own kind has set the thread's flag, which the checked kind stands for. */
    private static InterruptedException interrupted(InterruptException e) {
        Thread.interrupted();
        InterruptedException interrupted = new InterruptedException(e.getMessage());
        interrupted.initCause(e);
        return interrupted;
    }

    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }
}
