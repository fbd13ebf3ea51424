package dev.whence.stream.engine;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.BatchAttribution;
import dev.whence.attributor.CanonicalImage;
import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.StageLatencies;
import dev.whence.schemas.blob.BlobStore;
import dev.whence.schemas.blob.LocalBlobStore;
import dev.whence.stream.metrics.JobMetrics;
import dev.whence.stream.metrics.Stage;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one outcome of every message: decoded on a small pool, attributed in micro-batches.
 *
 * <p>What is in flight is bounded by the caller. Of a message only canonical pixels wait for their batch.
 *
 * <p>A batch that fails as a whole is tried again image by image, so that an image that breaks the model ends as its own
 * dead letter and the others pass. Where every single one fails, the engine attributes noise: if that fails too the engine
 * is at fault, not the images, and their futures fail; a broken engine never turns a stream into dead letters. The decoder
 * is judged likewise: where it fails in an unforeseen way on {@value #MOST_DECODER_FAILURES} images in a row it has to decode one that is well. A
 * reference whose server is away is nobody's fault, nor is a blob store: images wait for them, see {@link StorePatience}.
 */
public final class AttributionEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AttributionEngine.class);
    private static final int MOST_DECODER_FAILURES = 32;
    private static final byte[] NOTHING = {};

    private final ImageAttributor attributor;
    private final StorePatience patience;
    private final Intake intake;
    private final Outcomes outcomes;
    private final JobMetrics metrics;
    private final Clock clock;
    private final ThreadPoolExecutor decoders;
    private final MicroBatcher<Waiting> batcher;
    private final AtomicInteger decoderFailures = new AtomicInteger();

    private AttributionEngine(
            EngineSettings settings, BlobStore blobs, ImageAttributor attributor, JobMetrics metrics, Clock clock) {
        this.attributor = attributor;
        this.metrics = metrics;
        patience = new StorePatience(settings.storePatience(), metrics);
        this.clock = clock;
        intake = new Intake(attributor, blobs);
        outcomes = new Outcomes(attributor.model(), attributor.reference(), clock);
        decoders = new ThreadPoolExecutor(
                settings.inferenceThreads(),
                settings.inferenceThreads(),
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                AttributionEngine::decoderThread);
        batcher = new MicroBatcher<>(
                "attribute",
                settings.inferenceThreads(),
                settings.batchSize(),
                settings.maxBatchAge(),
                this::attributeOrFail);
    }

    /** Opens the attributor and starts the threads; counts on the given registry. */
    public static AttributionEngine open(EngineSettings settings, PrometheusRegistry registry) {
        BlobStore blobs =
                LocalBlobStore.open(Path.of(settings.blobRoot())); // first: it holds nothing that must be closed
        ImageAttributor attributor = settings.model().open(settings.attributor());
        LOG.info(
                "{} is open: inference threads {}, images in a batch at most {}",
                settings.model(),
                settings.inferenceThreads(),
                settings.batchSize());
        return new AttributionEngine(settings, blobs, attributor, JobMetrics.on(registry), Clock.systemUTC());
    }

    /** Makes the metrics say that this engine's bundle and reference attribute from now on. */
    public void announce() {
        metrics.model(attributor.model(), attributor.reference());
    }

    /** The dead letter of a message that is no image and cannot be followed. */
    public Outcome refuse(RawMessage message, ErrorCode code, String sentence) {
        Outcome.Rejected letter =
                outcomes.rejected(message, new RejectedMessageException(code, sentence, Optional.empty()));
        count(message, letter);
        return letter;
    }

    /**
     * The dead letter of messages that Kafka deleted before anybody read them.
     *
     * @param first of them
     */
    public Outcome deleted(RawMessage first, long count) {
        metrics.deletedMessages(count);
        return refuse(
                first,
                ErrorCode.MESSAGE_GONE,
                "Kafka deleted %d messages from here on before they were read: keep them longer, or start the job sooner"
                        .formatted(count));
    }

    /**
     * Starts on a message. The future completes on one of the engine's threads; it fails only when the engine itself is
     * broken, and never completes once the engine was closed.
     */
    public CompletableFuture<Outcome> submit(RawMessage message) {
        metrics.message();
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        decoders.execute(() -> decode(message, outcome));
        return outcome;
    }

    private static Thread decoderThread(Runnable work) {
        Thread thread = new Thread(work, "decode");
        thread.setDaemon(true);
        return thread;
    }

    private void decode(RawMessage message, CompletableFuture<Outcome> outcome) {
        long started = System.nanoTime();
        try {
            Intake.Admitted admitted = patience.call(() -> intake.admit(message));
            long decoded = System.nanoTime();
            metrics.stage(Stage.DECODE, decoded - started);
            decoderFailures.set(0);
            // The raw value ends here: from now on the message is only its coordinates.
            RawMessage place = new RawMessage(
                    message.topic(), message.partition(), message.offset(), message.timestamp(), NOTHING);
            batcher.add(new Waiting(place, admitted, decoded - started, decoded, outcome));
        } catch (RejectedMessageException e) {
            metrics.stage(Stage.DECODE, System.nanoTime() - started);
            if (e.code() == ErrorCode.INTERNAL && isDecoderBroken()) {
                outcome.completeExceptionally(new BrokenEngineException(
                        "The decoder failed on %d images in a row, the last %s, and on one that is well"
                                .formatted(MOST_DECODER_FAILURES, message.coordinates()),
                        e));
            } else {
                complete(message, outcome, outcomes.rejected(message, e));
            }
        } catch (CancellationException e) {
            LOG.info("{} is dropped, the job has it still: {}", message.coordinates(), e.getMessage());
        } catch (BrokenEngineException e) {
            outcome.completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            outcome.completeExceptionally(new BrokenEngineException(
                    "Decoding %s failed in an unforeseen way".formatted(message.coordinates()), e));
        }
    }

    /** After one failure more. Where an image that is well can be decoded the images are at fault, however many. */
    private boolean isDecoderBroken() {
        if (decoderFailures.incrementAndGet() < MOST_DECODER_FAILURES) {
            return false;
        }
        if (intake.decodes()) {
            decoderFailures.set(0);
            return false;
        }
        return true;
    }

    private void attributeOrFail(List<Waiting> batch) {
        try {
            attribute(batch);
        } catch (CancellationException e) {
            LOG.info("A batch of {} is dropped, the job has it still: {}", batch.size(), e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("Attribution failed, not only on one image: the job has to start again", e);
            BrokenEngineException broken = new BrokenEngineException("Attribution failed, not only on one image", e);
            batch.forEach(waiting -> waiting.outcome().completeExceptionally(broken));
        }
    }

    private void attribute(List<Waiting> batch) {
        long started = System.nanoTime();
        metrics.batch(batch.size());
        batch.forEach(waiting -> metrics.stage(Stage.QUEUE, started - waiting.decoded()));
        Optional<RuntimeException> failure = tryTogether(batch, started);
        if (failure.isPresent()) {
            metrics.retriedBatch();
            LOG.warn("A batch of {} failed and is tried again image by image", batch.size(), failure.get());
            tryOneByOne(batch, started);
        }
    }

    private void tryOneByOne(List<Waiting> batch, long started) {
        List<Waiting> failed = new ArrayList<>();
        List<RuntimeException> failures = new ArrayList<>();
        for (Waiting waiting : batch) {
            tryTogether(List.of(waiting), started).ifPresent(failure -> {
                failed.add(waiting);
                failures.add(failure);
            });
        }
        if (failed.size() == batch.size()) {
            List<CanonicalImage> noise =
                    List.of(noise(batch.get(0).admitted().image().size()));
            patience.call(() -> attributor.attribute(noise));
        }
        for (int i = 0; i < failed.size(); i++) {
            Waiting waiting = failed.get(i);
            RejectedMessageException reason = new RejectedMessageException(
                    ErrorCode.INTERNAL,
                    "Attribution failed on this image: " + failures.get(i),
                    Optional.of(waiting.admitted().head()),
                    failures.get(i));
            complete(waiting.message(), waiting.outcome(), outcomes.rejected(waiting.message(), reason));
        }
    }

    /** Attributes and completes all, or answers why it could not and completes none. */
    private Optional<RuntimeException> tryTogether(List<Waiting> batch, long started) {
        BatchAttribution result;
        try {
            result = patience.call(() -> attributor.attribute(
                    batch.stream().map(waiting -> waiting.admitted().image()).toList()));
            if (result.attributions().size() != batch.size()) {
                throw new IllegalStateException("%d images got %d attributions"
                        .formatted(batch.size(), result.attributions().size()));
            }
        } catch (BrokenEngineException | CancellationException e) {
            throw e;
        } catch (RuntimeException e) {
            return Optional.of(e);
        }
        metrics.stage(Stage.EMBED, result.embedNanos());
        metrics.stage(Stage.SEARCH, result.searchNanos());
        metrics.stage(Stage.PROJECT, result.projectNanos());
        metrics.stage(Stage.ATTRIBUTE, result.attributeNanos());
        for (int i = 0; i < batch.size(); i++) {
            Waiting waiting = batch.get(i);
            Attribution attribution = result.attributions().get(i);
            StageLatencies latency = latency(waiting, started, result);
            complete(
                    waiting.message(),
                    waiting.outcome(),
                    outcomes.attributed(waiting.admitted(), attribution, latency));
        }
        return Optional.empty();
    }

    private static StageLatencies latency(Waiting waiting, long started, BatchAttribution result) {
        int images = result.attributions().size();
        return new StageLatencies(
                micros(waiting.decodeNanos()),
                micros(started - waiting.decoded()),
                micros(result.embedNanos() / images),
                micros(result.projectNanos() / images),
                micros(result.attributeNanos() / images));
    }

    private static long micros(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos);
    }

    private void complete(RawMessage message, CompletableFuture<Outcome> future, Outcome outcome) {
        count(message, outcome);
        metrics.endToEnd(clock.millis() - message.timestamp());
        future.complete(outcome);
    }

    private void count(RawMessage message, Outcome outcome) {
        if (outcome instanceof Outcome.Attributed attributed) {
            metrics.attributed(attributed.event().getVerdict());
        } else if (outcome instanceof Outcome.Rejected rejected) {
            DeadLetter letter = rejected.letter();
            metrics.deadLetter(letter.getCode());
            LOG.warn("Dead letter {} for {}: {}", letter.getCode(), message.coordinates(), letter.getMessage());
        }
    }

    private static CanonicalImage noise(int size) {
        byte[] rgb = new byte[size * size * 3];
        new Random(1).nextBytes(rgb);
        return new CanonicalImage("0".repeat(64), size, rgb);
    }

    /** Ends the threads, then the attributor. What is in flight is dropped. */
    @Override
    public void close() {
        decoders.getQueue().clear(); // and no interrupt, which a decoder would take for a bad image
        decoders.shutdown();
        patience.close();
        batcher.close();
        try {
            if (!decoders.awaitTermination(1, TimeUnit.MINUTES)) {
                LOG.warn("A decoder is still at work after a minute and is left alone");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        attributor.close();
    }

    /**
     * @param decoded when decoding ended, by System.nanoTime
     */
    private record Waiting(
            RawMessage message,
            Intake.Admitted admitted,
            long decodeNanos,
            long decoded,
            CompletableFuture<Outcome> outcome) {}
}
