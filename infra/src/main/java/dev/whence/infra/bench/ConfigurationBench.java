package dev.whence.infra.bench;

import dev.whence.infra.bench.LoadSchedule.Phase;
import dev.whence.infra.bench.StreamFigures.Latency;
import dev.whence.infra.bench.StreamFigures.OfConfiguration;
import dev.whence.infra.bench.StreamFigures.Speed;
import dev.whence.infra.bench.StreamFigures.Spread;
import dev.whence.infra.bench.StreamFigures.Throughput;
import dev.whence.infra.bench.StreamTrial.HeapLook;
import dev.whence.infra.stack.EmbeddedBroker;
import dev.whence.infra.stack.LocalStack;
import dev.whence.stream.AttributionJob;
import dev.whence.stream.AttributionJobSettings;
import dev.whence.stream.PassThroughJob;
import dev.whence.stream.engine.EngineSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.flink.runtime.jobgraph.JobGraph;

/**
 * The benchmark of one configuration, on a broker of its own. At any time one of plain loop, pipeline and pass-through job is
 * there, so that none takes the processor from another.
 */
final class ConfigurationBench implements AutoCloseable {
    /** The pass-through job is so much faster that it needs more images for a time worth measuring. */
    static final int PASS_THROUGH_TIMES = 10;

    private static final int WARM_UP_BATCHES = 8;

    /** Share of the time in which the JVM compiles, above which a job is not warm yet. */
    private static final double BUSY_COMPILER = 0.05;

    private static final Duration LOOK_AT_THE_COMPILER = Duration.ofMillis(200);

    private final StreamBench.Settings settings;
    private final StreamConfiguration configuration;
    private final EngineSettings engine;
    private final Uploads uploads;
    private final PlainLoop plainLoop;
    private final Path folder;
    private final EmbeddedBroker broker;
    private int trials;
    private int answerBytes;

    ConfigurationBench(
            StreamBench.Settings settings,
            StreamConfiguration configuration,
            EngineSettings engine,
            Uploads uploads,
            PlainLoop plainLoop,
            Path folder) {
        this.settings = settings;
        this.configuration = configuration;
        this.engine = engine;
        this.uploads = uploads;
        this.plainLoop = plainLoop;
        this.folder = folder;
        broker = EmbeddedBroker.start(folder.resolve("kafka"), 0);
        LocalStack.createTopics(broker.bootstrapServers());
    }

    /** Each job at full load and at less, twice: the first jobs of a process measure its compiler. */
    void warmUp() throws Exception {
        for (int time = 0; time < 2; time++) {
            double full;
            try (StreamTrial trial = pipeline()) {
                full = trial.run(LoadSchedule.atOnce("full load", settings.images()))
                        .imagesPerSecond();
                trial.run(settling(settings.load() * full));
            }
            try (StreamTrial trial = passThrough()) {
                trial.run(settling(settings.load() * full));
            }
        }
    }

    /** @param step told after each round and each job's loads */
    OfConfiguration measure(Runnable step) throws Exception {
        List<Round> rounds = new ArrayList<>();
        for (int round = 0; round < settings.rounds(); round++) {
            rounds.add(new Round(plainRound(), pipelineRound(), passThroughRound()));
            step.run();
        }
        Throughput throughput = throughput(rounds);
        double full = throughput.pipeline().imagesPerSecond().median();
        List<Latency> passed = new ArrayList<>();
        try (StreamTrial trial = passThrough()) {
            trial.run(settling(settings.load() * full));
            passed.addAll(Latency.of("pass-through", trial.run(steady(settings.load() * full))));
            passed.addAll(Latency.of("pass-through", trial.run(stepped(settings.load() * full))));
        }
        step.run();
        try (StreamTrial trial = pipeline()) {
            trial.run(settling(settings.load() * full));
            StreamRun steady = trial.run(steady(settings.load() * full));
            StreamRun stepped = trial.run(stepped(settings.load() * full));
            List<HeapLook> overload = trial.overload(settings.overload() * full, settings.overloadSeconds());
            step.run();
            List<StreamRun> fullLoads = rounds.stream().map(Round::pipeline).toList();
            return new OfConfiguration(
                    configuration,
                    throughput,
                    cpuByThread(fullLoads),
                    Stream.of(Latency.of("pipeline", steady), Latency.of("pipeline", stepped), passed)
                            .flatMap(List::stream)
                            .toList(),
                    fullLoads.stream()
                            .map(StreamRun::batches)
                            .reduce(BatchFill::plus)
                            .orElseThrow(),
                    steady.batches(),
                    overload);
        }
    }

    private static Throughput throughput(List<Round> rounds) {
        return new Throughput(
                new Speed(
                        Spread.of(rounds, round -> round.plain.imagesPerSecond),
                        Spread.of(rounds, round -> round.plain.cpuMillisPerImage)),
                speed(rounds, Round::pipeline),
                speed(rounds, Round::passThrough),
                Spread.of(rounds, round -> round.pipeline.imagesPerSecond() / round.plain.imagesPerSecond),
                Spread.of(rounds, round -> round.plain.cpuMillisPerImage / round.pipeline.cpuMillisPerImage()));
    }

    private static Speed speed(List<Round> rounds, Function<Round, StreamRun> job) {
        return new Speed(
                Spread.of(rounds, round -> job.apply(round).imagesPerSecond()),
                Spread.of(rounds, round -> job.apply(round).cpuMillisPerImage()));
    }

    private record Round(PlainRun plain, StreamRun pipeline, StreamRun passThrough) {}

    private record PlainRun(double imagesPerSecond, double cpuMillisPerImage) {}

    private PlainRun plainRound() throws Exception {
        long cpu = Machine.processCpuNanos();
        long start = System.nanoTime();
        plainLoop.run(settings.images());
        double seconds = (System.nanoTime() - start) / 1e9;
        return new PlainRun(settings.images() / seconds, (Machine.processCpuNanos() - cpu) / 1e6 / settings.images());
    }

    private StreamRun pipelineRound() throws Exception {
        try (StreamTrial trial = pipeline()) {
            return trial.run(LoadSchedule.atOnce("full load", settings.images()));
        }
    }

    private StreamRun passThroughRound() throws Exception {
        try (StreamTrial trial = passThrough()) {
            return trial.run(LoadSchedule.atOnce("full load", (long) settings.images() * PASS_THROUGH_TIMES));
        }
    }

    /** Small batches take other ways through the code than the full ones of the warm-up; this run is not reported. */
    private LoadSchedule settling(double rate) {
        return new LoadSchedule(Phase.lasting("settling", rate, settings.warmUpSeconds()));
    }

    private LoadSchedule steady(double rate) {
        return new LoadSchedule(Phase.lasting("steady", rate, settings.seconds()));
    }

    /** As long before the step as the step takes; after it as long as a steady load. */
    private LoadSchedule stepped(double rate) {
        return new LoadSchedule(
                Phase.lasting("before step", rate, settings.stepSeconds()),
                Phase.lasting("step", rate * settings.step(), settings.stepSeconds()),
                Phase.lasting("after step", rate, settings.seconds()));
    }

    private StreamTrial pipeline() throws Exception {
        AttributionJobSettings job = job();
        StreamTrial trial = warm(job, AttributionJob.graph(job));
        answerBytes = trial.meanAnswerBytes();
        return trial;
    }

    private StreamTrial passThrough() throws Exception {
        AttributionJobSettings job = job();
        return warm(job, PassThroughJob.graph(job, answerBytes));
    }

    private AttributionJobSettings job() {
        trials++;
        return new AttributionJobSettings(
                broker.bootstrapServers(),
                engine,
                configuration.parallelism(),
                folder.resolve("checkpoints-" + trials),
                configuration.checkpointInterval(),
                configuration.delivery(),
                "whence-bench-" + trials,
                Optional.empty());
    }

    /** A job whose code the JVM has compiled, or that was given time enough for it. */
    private StreamTrial warm(AttributionJobSettings job, JobGraph graph) throws Exception {
        StreamTrial trial = StreamTrial.start(
                broker.bootstrapServers(), job.transactionalIdPrefix(), graph, configuration.parallelism(), uploads);
        try {
            long end = System.nanoTime() + (long) (settings.warmUpSeconds() * 1e9);
            while (compilesMuch(trial) && System.nanoTime() < end) {
                awaitCompiler(end);
            }
            return trial;
        } catch (Exception e) {
            trial.close();
            throw e;
        }
    }

    /** Whether the JVM compiled for a good part of the time that some images took. */
    private boolean compilesMuch(StreamTrial trial) throws Exception {
        int images = Math.min(settings.images(), WARM_UP_BATCHES * settings.threads() * settings.batchSize());
        long compiled = Machine.compilationMillis();
        long start = System.nanoTime();
        trial.run(LoadSchedule.atOnce("warm-up", images));
        return (Machine.compilationMillis() - compiled) * 1e6 > BUSY_COMPILER * (System.nanoTime() - start);
    }

    /** Under load the compiler gets little of the processor, and what it has not come to yet is slow: it is given time. */
    private static void awaitCompiler(long end) throws InterruptedException {
        long before;
        do {
            before = Machine.compilationMillis();
            TimeUnit.NANOSECONDS.sleep(LOOK_AT_THE_COMPILER.toNanos());
        } while (Machine.compilationMillis() - before > BUSY_COMPILER * LOOK_AT_THE_COMPILER.toMillis()
                && System.nanoTime() < end);
    }

    /** CPU milliseconds of an image by what the threads are for. */
    private static Map<String, Double> cpuByThread(List<StreamRun> runs) {
        long images = runs.stream().mapToLong(run -> run.schedule().images()).sum();
        Map<String, Double> millis = new TreeMap<>();
        runs.forEach(run -> run.threadNanos()
                .forEach((purpose, nanos) -> millis.merge(purpose, nanos / 1e6 / images, Double::sum)));
        double all = runs.stream().mapToLong(StreamRun::cpuNanos).sum() / 1e6 / images;
        double java = millis.values().stream().mapToDouble(Double::doubleValue).sum();
        millis.put("JVM and native", Math.max(0, all - java));
        return millis;
    }

    @Override
    public void close() {
        broker.close();
    }
}
