package dev.whence.infra.bench;

import dev.whence.infra.bench.InFlight.Sent;
import dev.whence.infra.bench.LoadGenerator.Lateness;
import dev.whence.infra.bench.LoadSchedule.Phase;
import dev.whence.infra.stack.RunningJob;
import dev.whence.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A job under load: it starts, takes loads one after the other, and ends. Load generator and reader are threads of this
 * process, as the broker is. The job begins behind all images that are on Kafka already.
 */
final class StreamTrial implements AutoCloseable {
    /** Name of the thread that sends. */
    static final String THREAD = "bench-load";

    private static final int SIGNIFICANT_DIGITS = 3;
    private static final int HEAP_LOOKS = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Uploads uploads;
    private final AnswerReader answers;
    private final KafkaProducer<String, byte[]> producer;
    private final RunningJob job;
    private final InFlight inFlight = new InFlight();
    private final ExecutorService sender = Executors.newSingleThreadExecutor(work -> new Thread(work, THREAD));
    private long lastAnswer;

    private StreamTrial(Uploads uploads, AnswerReader answers, KafkaProducer<String, byte[]> producer, RunningJob job) {
        this.uploads = uploads;
        this.answers = answers;
        this.producer = producer;
        this.job = job;
    }

    /**
     * Starts the job and waits until it runs.
     *
     * @param group the job's consumer group, which is new
     */
    static StreamTrial start(String bootstrapServers, String group, JobGraph job, int slots, Uploads uploads)
            throws InterruptedException {
        skipImages(bootstrapServers, group);
        RunningJob running = RunningJob.start(job, slots, Optional.empty());
        StreamTrial trial = new StreamTrial(
                uploads, new AnswerReader(bootstrapServers), LoadGenerator.producer(bootstrapServers), running);
        try {
            running.awaitRunning();
            return trial;
        } catch (IllegalStateException e) {
            trial.close();
            throw e;
        }
    }

    private static void skipImages(String bootstrapServers, String group) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.GROUP_ID_CONFIG,
                        group,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topic.IMAGES.topicName()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
            consumer.endOffsets(partitions)
                    .forEach((partition, end) -> ends.put(partition, new OffsetAndMetadata(end)));
            consumer.commitSync(ends);
        }
    }

    /**
     * Sends a load and waits until all of it came back.
     *
     * @throws IllegalStateException if the job ends or nothing comes back any more
     */
    StreamRun run(LoadSchedule schedule) throws Exception {
        List<Histogram> latencies = schedule.phases().stream()
                .map(phase -> new Histogram(SIGNIFICANT_DIGITS))
                .toList();
        Backlog backlog = new Backlog(schedule);
        BatchFill batches = BatchFill.now();
        ThreadTimes threads = ThreadTimes.now();
        long cpu = Machine.processCpuNanos();
        long repeated = 0;
        long start = System.nanoTime();
        lastAnswer = start;
        Future<Lateness> sending = send(schedule, start);
        while (!sending.isDone() || inFlight.size() > 0) {
            repeated += read(latencies);
            backlog.observe(System.nanoTime() - start, inFlight.size());
            requireProgress();
        }
        return new StreamRun(
                schedule,
                repeated,
                (lastAnswer - start) / 1e9,
                Machine.processCpuNanos() - cpu,
                sending.get(),
                latencies,
                backlog.goneAfterNanos(),
                BatchFill.now().since(batches),
                ThreadTimes.now().since(threads));
    }

    /**
     * Sends more than the job can take and looks at the heap now and then. What waits in the end is given up: the trial takes
     * no other load.
     */
    List<HeapLook> overload(double imagesPerSecond, double seconds) throws Exception {
        LoadSchedule schedule = new LoadSchedule(Phase.lasting("overload", imagesPerSecond, seconds));
        List<Histogram> latencies = List.of(new Histogram(SIGNIFICANT_DIGITS));
        List<HeapLook> looks = new ArrayList<>();
        long start = System.nanoTime();
        lastAnswer = start;
        Future<Lateness> sending = send(schedule, start);
        for (int look = 1; look <= HEAP_LOOKS; look++) {
            long next = start + look * schedule.startNanos(1) / HEAP_LOOKS;
            while (System.nanoTime() < next || (look == HEAP_LOOKS && !sending.isDone())) {
                read(latencies);
                requireProgress();
            }
            int waiting = inFlight.size();
            looks.add(new HeapLook(
                    waiting, waiting * uploads.meanMessageBytes() / (1 << 20), Machine.liveHeapMebibytes()));
        }
        sending.get();
        return looks;
    }

    /**
     * What a garbage collection left in the heap under overload.
     *
     * @param waiting images that were sent and not answered, almost all of them on Kafka
     * @param waitingMebibytes of their messages
     */
    record HeapLook(int waiting, double waitingMebibytes, double heapMebibytes) {}

    private Future<Lateness> send(LoadSchedule schedule, long start) {
        return sender.submit(new LoadGenerator(producer, uploads, schedule, inFlight, start));
    }

    /**
     * Reads what has come.
     *
     * @param latencies of each phase, to be added to
     * @return how many answers were to images that had been answered
     */
    private int read(List<Histogram> latencies) {
        int repeated = 0;
        ConsumerRecords<String, byte[]> records = answers.poll();
        long now = System.nanoTime();
        for (ConsumerRecord<String, byte[]> answer : records) {
            Optional<Sent> sent = inFlight.remove(answer.key());
            sent.ifPresent(image -> latencies.get(image.phase()).recordValue(Math.max(0, now - image.dueNanos())));
            repeated += sent.isPresent() ? 0 : 1;
        }
        if (!records.isEmpty()) {
            lastAnswer = now;
        }
        return repeated;
    }

    private void requireProgress() {
        job.failure().ifPresent(failure -> {
            throw new IllegalStateException("The job ended under load", failure);
        });
        if (System.nanoTime() - lastAnswer > PATIENCE.toNanos()) {
            throw new IllegalStateException("%,d images are unanswered, and no answer has come for %d s"
                    .formatted(inFlight.size(), PATIENCE.toSeconds()));
        }
    }

    /** Mean length of an answer so far. */
    int meanAnswerBytes() {
        return answers.meanBytes();
    }

    @Override
    public void close() {
        sender.shutdownNow();
        producer.close(Duration.ZERO);
        answers.close();
        job.close();
    }
}
