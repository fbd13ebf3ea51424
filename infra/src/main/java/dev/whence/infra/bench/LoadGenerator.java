package dev.whence.infra.bench;

import dev.whence.infra.bench.InFlight.Sent;
import dev.whence.ingest.UploadMessage;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends uploads by a schedule. An image's latency counts from the moment at which it was due, which is before the broker's
 * timestamp: a generator that comes too late makes latencies longer, never shorter.
 */
final class LoadGenerator implements Callable<LoadGenerator.Lateness> {
    private final KafkaProducer<String, byte[]> producer;
    private final Uploads uploads;
    private final LoadSchedule schedule;
    private final InFlight inFlight;
    private final long start;
    private final Histogram late = new Histogram(3);
    private final AtomicReference<@Nullable Exception> lost = new AtomicReference<>();

    /** @param start of the schedule, by System.nanoTime */
    LoadGenerator(
            KafkaProducer<String, byte[]> producer,
            Uploads uploads,
            LoadSchedule schedule,
            InFlight inFlight,
            long start) {
        this.producer = producer;
        this.uploads = uploads;
        this.schedule = schedule;
        this.inFlight = inFlight;
        this.start = start;
    }

    /** A producer with Kafka's default linger of 5 ms; its buffer is small, so that it is not what fills the heap. */
    static KafkaProducer<String, byte[]> producer(String bootstrapServers) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.CLIENT_ID_CONFIG,
                        "bench-load",
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4",
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        64 << 10,
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        4 << 20),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    /**
     * How long after they were due images were sent; nothing where all were due at once.
     */
    record Lateness(double p99Millis, double maxMillis) {}

    @Override
    public Lateness call() throws Exception {
        long number = 0;
        for (int phase = 0; phase < schedule.phases().size(); phase++) {
            for (long image = 0; image < schedule.phases().get(phase).images(); image++) {
                send(uploads.message(number++), phase, schedule.dueNanos(phase, image));
            }
        }
        producer.flush();
        failIfLost();
        return schedule.startNanos(schedule.phases().size()) == 0
                ? new Lateness(0, 0)
                : new Lateness(late.getValueAtPercentile(99) / 1e6, late.getMaxValue() / 1e6);
    }

    private void send(UploadMessage message, int phase, long dueNanos) throws Exception {
        long early = start + dueNanos - System.nanoTime();
        if (early > 0) {
            TimeUnit.NANOSECONDS.sleep(early);
        }
        inFlight.add(message.key(), new Sent(phase, start + dueNanos));
        var unused = producer.send(
                new ProducerRecord<>(message.topic().topicName(), message.key(), message.value()),
                (metadata, error) -> {
                    if (error != null) {
                        lost.compareAndSet(null, error);
                    }
                });
        late.recordValue(Math.max(0, System.nanoTime() - start - dueNanos));
        failIfLost();
    }

    private void failIfLost() {
        Exception error = lost.get();
        if (error != null) {
            throw new IllegalStateException("Kafka did not take an image: " + error.getMessage(), error);
        }
    }
}
