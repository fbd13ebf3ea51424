package dev.whence.infra.bench;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.onnx.InferenceEngine;
import dev.whence.attributor.reference.MilvusAccess;
import dev.whence.ingest.SourceImage;
import dev.whence.schemas.blob.LocalBlobStore;
import dev.whence.stream.AttributionJobSettings;
import dev.whence.stream.engine.EngineSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * The pipeline against a plain loop over the same images, with the same bundle, batch size and number of inference threads,
 * and against a job that only passes messages through; then latencies of both jobs under a load that does not wait for
 * answers, and the heap under one that is too much. All in one process and one run: what a machine does besides hits all.
 */
public final class StreamBench {
    private static final int INTRA_OP_THREADS = 1;
    private static final int PHASES_AFTER_ROUNDS = 2;

    private final Settings settings;
    private final Uploads uploads;

    private StreamBench(Settings settings, Uploads uploads) {
        this.settings = settings;
        this.uploads = uploads;
    }

    /**
     * @param source its readable images are repeated as often as a load takes
     * @throws IllegalArgumentException when no image can be read
     */
    public static StreamBench of(Iterator<SourceImage> source, Settings settings) {
        return new StreamBench(settings, Uploads.of(source, settings.images(), new LocalBlobStore(settings.blobs())));
    }

    /**
     * What to measure.
     *
     * @param data folder for brokers and checkpoints
     * @param threads batches attributed at once, by plain loop and pipeline
     * @param warmUpSeconds how long a job is warmed up at most; it ends once the JVM compiles little
     * @param rounds of plain loop, pipeline and pass-through job
     * @param images of a round
     * @param load rate of the steady load, as a share of the pipeline's throughput
     * @param seconds of the steady load
     * @param step how many times the steady rate the step has
     * @param overload rate of the overload, as a multiple of the pipeline's throughput
     */
    public record Settings(
            Path data,
            Path bundle,
            Path reference,
            InferenceEngine engine,
            MilvusAccess access,
            int threads,
            int batchSize,
            double warmUpSeconds,
            int rounds,
            int images,
            double load,
            double seconds,
            double step,
            double stepSeconds,
            double overload,
            double overloadSeconds,
            List<StreamConfiguration> configurations) {

        Path blobs() {
            return data.resolve("blobs");
        }

        /** How often {@link StreamBench#run} tells its progress. */
        public long steps() {
            return (long) configurations.size() * (rounds + PHASES_AFTER_ROUNDS);
        }
    }

    /** Measures every configuration, after a warm-up in the first that does not count. */
    public StreamFigures run(LongConsumer progress) throws Exception {
        EngineSettings engine = EngineSettings.of(
                settings.bundle(),
                settings.reference(),
                settings.engine(),
                settings.access(),
                settings.blobs(),
                settings.batchSize(),
                AttributionJobSettings.DEFAULT_MAX_BATCH_AGE,
                settings.threads());
        List<StreamFigures.OfConfiguration> measured = new ArrayList<>();
        AtomicLong steps = new AtomicLong();
        try (Attributor attributor = Attributor.open(
                settings.bundle(),
                Optional.empty(),
                settings.reference(),
                new Inference(settings.engine(), INTRA_OP_THREADS),
                settings.access())) {
            PlainLoop plainLoop = new PlainLoop(attributor, uploads, settings.threads(), settings.batchSize());
            plainLoop.run(settings.images());
            for (StreamConfiguration configuration : settings.configurations()) {
                Path folder = settings.data().resolve("configuration-" + measured.size());
                try (ConfigurationBench bench =
                        new ConfigurationBench(settings, configuration, engine, uploads, plainLoop, folder)) {
                    if (measured.isEmpty()) {
                        bench.warmUp();
                    }
                    measured.add(bench.measure(() -> progress.accept(steps.incrementAndGet())));
                }
            }
        }
        return new StreamFigures(Machine.here(), StreamFigures.Method.of(settings, INTRA_OP_THREADS), measured);
    }
}
