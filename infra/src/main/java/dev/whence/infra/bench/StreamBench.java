package dev.whence.infra.bench;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.attributor.onnx.Inference;
import dev.whence.infra.stack.LocalStack;
import dev.whence.infra.stack.LocalStackSettings;
import dev.whence.ingest.ImagePublisher;
import dev.whence.ingest.ImageSource;
import dev.whence.ingest.Pace;
import dev.whence.ingest.SourceImage;
import dev.whence.schemas.Topic;
import dev.whence.schemas.blob.LocalBlobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The pipeline against a plain loop over the same images, with the same bundle, batch size and number of inference
 * threads, in one process.
 *
 * <p>Plain loop: every thread takes a batch, decodes it, attributes it. Pipeline: the images are published as fast as
 * they go, and the clock stops when a reader of committed records has seen the last answer. The stack is up, and idle,
 * while the plain loop runs. A round of each comes first and is not counted. What a machine does besides hits both, for
 * their rounds alternate.
 */
public final class StreamBench {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final List<byte[]> images;
    private final LocalStackSettings settings;

    private StreamBench(List<byte[]> images, LocalStackSettings settings) {
        this.images = images;
        this.settings = settings;
    }

    /**
     * @param source its readable images are repeated until there are enough
     * @param count images of a round
     * @throws IllegalArgumentException when no image can be read
     */
    public static StreamBench of(Iterator<SourceImage> source, int count, LocalStackSettings settings) {
        List<byte[]> read = new ArrayList<>();
        while (read.size() < count && source.hasNext()) {
            if (source.next().content() instanceof SourceImage.Bytes image) {
                read.add(image.bytes());
            }
        }
        if (read.isEmpty()) {
            throw new IllegalArgumentException("The sources hold no image that can be read: name others");
        }
        List<byte[]> images = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            images.add(read.get(i % read.size()));
        }
        return new StreamBench(images, settings);
    }

    /**
     * Medians of the rounds, in images a second.
     *
     * @param ratio median of the rounds' ratios of pipeline to plain loop
     */
    public record Figures(int images, int rounds, int threads, double plain, double pipeline, double ratio) {
        public String text() {
            return "plain loop %.0f images/s, pipeline %.0f images/s, ratio %.2f (medians of %d rounds of %,d images, %d threads)"
                    .formatted(plain, pipeline, ratio, rounds, images, threads);
        }

        public String json() {
            return "{\"images\":%d,\"rounds\":%d,\"threads\":%d,\"plain\":%.1f,\"pipeline\":%.1f,\"ratio\":%.3f}"
                    .formatted(images, rounds, threads, plain, pipeline, ratio);
        }
    }

    /** Runs so many rounds of each. */
    public Figures run(int rounds, LongConsumer progress) throws Exception {
        Path folder = settings.data().resolve("images");
        writeImages(folder);
        double[] plain = new double[rounds];
        double[] pipeline = new double[rounds];
        double[] ratio = new double[rounds];
        try (Attributor attributor = Attributor.open(
                        settings.bundle(),
                        Optional.empty(),
                        settings.reference(),
                        new Inference(settings.engine(), 1),
                        settings.access());
                LocalStack stack = LocalStack.start(settings)) {
            stack.awaitRunning();
            plainLoop(attributor);
            pipeline(stack, folder);
            for (int round = 0; round < rounds; round++) {
                plain[round] = plainLoop(attributor);
                pipeline[round] = pipeline(stack, folder);
                ratio[round] = pipeline[round] / plain[round];
                progress.accept(round + 1);
            }
        }
        return new Figures(
                images.size(), rounds, settings.inferenceThreads(), median(plain), median(pipeline), median(ratio));
    }

    private void writeImages(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (int i = 0; i < images.size(); i++) {
            Files.write(folder.resolve("%07d.image".formatted(i)), images.get(i));
        }
    }

    private double plainLoop(Attributor attributor) throws Exception {
        AtomicInteger next = new AtomicInteger();
        ExecutorService workers = Executors.newFixedThreadPool(settings.inferenceThreads());
        long start = System.nanoTime();
        try {
            List<Callable<Void>> loops = new ArrayList<>();
            for (int worker = 0; worker < settings.inferenceThreads(); worker++) {
                loops.add(() -> attributeBatches(attributor, next));
            }
            for (Future<Void> loop : workers.invokeAll(loops)) {
                loop.get();
            }
        } finally {
            workers.shutdownNow();
        }
        return perSecond(start);
    }

    private Void attributeBatches(Attributor attributor, AtomicInteger next) {
        int batch = settings.batchSize();
        for (int from = next.getAndAdd(batch); from < images.size(); from = next.getAndAdd(batch)) {
            List<CanonicalImage> decoded = new ArrayList<>(batch);
            for (byte[] image : images.subList(from, Math.min(images.size(), from + batch))) {
                try {
                    decoded.add(attributor.canonical(image));
                } catch (ImageRejectedException e) {
                    // The pipeline makes a dead letter of it, which costs as little.
                }
            }
            if (!decoded.isEmpty()) {
                attributor.attribute(decoded);
            }
        }
        return null;
    }

    private double pipeline(LocalStack stack, Path folder) throws Exception {
        ExecutorService publishing = Executors.newSingleThreadExecutor();
        try (KafkaConsumer<byte[], byte[]> answers = answers(stack.bootstrapServers())) {
            long start = System.nanoTime();
            Future<?> published = publishing.submit(() -> publish(stack.bootstrapServers(), folder));
            long returned = 0;
            while (returned < images.size()) {
                returned += answers.poll(Duration.ofMillis(50)).count();
                if (published.isDone()) {
                    published.get();
                }
                if (System.nanoTime() - start > PATIENCE.toNanos()) {
                    throw new IllegalStateException("Only %,d of %,d images came back within %d s"
                            .formatted(returned, images.size(), PATIENCE.toSeconds()));
                }
            }
            return perSecond(start);
        } finally {
            publishing.shutdownNow();
        }
    }

    private Void publish(String bootstrapServers, Path folder) throws Exception {
        try (ImagePublisher publisher = ImagePublisher.connect(
                        Map.of("bootstrap.servers", bootstrapServers),
                        new LocalBlobStore(settings.blobs()),
                        Pace.unlimited());
                ImageSource source = ImageSource.open(folder)) {
            publisher.publish(source, "bench", (image, rejected) -> {});
        }
        return null;
    }

    /** Sees the answers from now on, committed ones only. */
    private static KafkaConsumer<byte[], byte[]> answers(String bootstrapServers) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        10_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = new ArrayList<>();
        for (Topic topic : List.of(Topic.PROVENANCE, Topic.DEAD_LETTERS)) {
            consumer.partitionsFor(topic.topicName())
                    .forEach(partition -> partitions.add(new TopicPartition(partition.topic(), partition.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        return consumer;
    }

    private double perSecond(long startNanos) {
        return images.size() / ((System.nanoTime() - startNanos) / 1e9);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
