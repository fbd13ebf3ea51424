package dev.whence.infra.demo;

import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.bundle.ModelManifest;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.reference.Reference.RealImage;
import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.infra.stack.LocalStack;
import dev.whence.infra.stack.LocalStackSettings;
import dev.whence.ingest.ImagePublisher;
import dev.whence.ingest.ImageSource;
import dev.whence.ingest.Pace;
import dev.whence.ingest.PublishingFailedException;
import dev.whence.ingest.SourceImage;
import dev.whence.schemas.blob.LocalBlobStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Spliterators;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Shipped images through the whole stack, live: reference, stack, stream, and the verdicts against the truth. */
public final class Demo {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String PLATFORM = "demo";

    private final DemoPack pack;
    private final Path data;
    private final PrintStream out;
    private final boolean terminal;

    /**
     * @param data folder of the stack
     * @param terminal whether the table may be drawn over itself
     */
    public Demo(DemoPack pack, Path data, PrintStream out, boolean terminal) {
        this.pack = pack;
        this.data = data;
        this.out = out;
        this.terminal = terminal;
    }

    /**
     * How it went.
     *
     * @param accuracy share of the attributed images whose verdict is right
     */
    public record Result(boolean accountedFor, double accuracy) {}

    /** Builds the reference of the shipped bundle, unless the folder has it, and starts the stack on it. */
    public LocalStack start() throws IOException, InterruptedException {
        long start = System.nanoTime();
        Path reference = data.resolve("reference");
        if (!Files.exists(reference.resolve("reference.json"))) {
            long images = buildReference(reference);
            out.printf("reference  %,d real images (%.1f s)%n", images, secondsSince(start));
        }
        long starting = System.nanoTime();
        LocalStack stack = LocalStack.start(LocalStackSettings.of(data, pack.model(), reference));
        try {
            stack.awaitRunning();
        } catch (InterruptedException | RuntimeException e) {
            stack.close();
            throw e;
        }
        out.printf(
                "stack      Kafka %s, metrics %s (%.1f s)%n",
                stack.bootstrapServers(), stack.metricsUri(), secondsSince(starting));
        return stack;
    }

    private long buildReference(Path reference) throws IOException {
        ModelBundle bundle = ModelBundle.open(pack.model());
        ModelManifest model = bundle.manifest();
        try (ImageSource images = ImageSource.open(pack.reference())) {
            return Reference.build(
                            real(images),
                            reference,
                            new Reference.Settings(
                                    model.reference().name(),
                                    model.size(),
                                    View.spaces(bundle.views()),
                                    Runtime.getRuntime().availableProcessors()),
                            new ReferenceStore.Embedded(),
                            read -> {})
                    .added();
        }
    }

    private static Iterator<RealImage> real(ImageSource images) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(images, 0), false)
                .flatMap(image -> image.content() instanceof SourceImage.Bytes read
                        ? Stream.of(new RealImage(new EncodedImage(image.path(), read.bytes()), image.label()))
                        : Stream.<RealImage>empty())
                .iterator();
    }

    /**
     * Streams images through a running stack and shows what comes back.
     *
     * @param images how many, the broken ones not counted
     * @param rate images a second
     * @param stop asked now and then whether to give up
     */
    public Result stream(LocalStack stack, int images, double rate, BooleanSupplier stop)
            throws IOException, InterruptedException, PublishingFailedException {
        Path folder = data.resolve("stream");
        Map<String, String> truthOfId = pack.writeStream(images, folder);
        Scoreboard scoreboard = new Scoreboard(truthOfId);
        out.printf(
                "stream     %,d images at %.0f images/s; the model saw none of them in training%n%n",
                truthOfId.size(), rate);
        ExecutorService publishing = Executors.newSingleThreadExecutor();
        try (StreamWatch watch = new StreamWatch(stack.bootstrapServers(), scoreboard)) {
            long start = System.nanoTime();
            Future<?> published = publishing.submit(() -> publish(stack.bootstrapServers(), folder, rate));
            watch(watch, scoreboard, published, start, stop);
        } finally {
            publishing.shutdownNow();
        }
        out.println();
        out.println(scoreboard.deadLetterCodes());
        out.println(scoreboard.accounting());
        return new Result(scoreboard.accountedFor(), scoreboard.accuracy());
    }

    private Void publish(String bootstrapServers, Path folder, double rate) throws Exception {
        try (ImagePublisher publisher = ImagePublisher.connect(
                        Map.of("bootstrap.servers", bootstrapServers),
                        new LocalBlobStore(data.resolve("blobs")),
                        Pace.of(rate));
                ImageSource images = ImageSource.open(folder)) {
            publisher.publish(images, PLATFORM, (image, rejected) -> {});
        }
        return null;
    }

    /** Until every image is back, or none has come back for a while. */
    private void watch(StreamWatch watch, Scoreboard scoreboard, Future<?> published, long start, BooleanSupplier stop)
            throws InterruptedException, PublishingFailedException {
        LiveTable table = new LiveTable(out, terminal);
        long returned = 0;
        long lastReturn = System.nanoTime();
        while (!scoreboard.complete() && !stop.getAsBoolean() && System.nanoTime() - lastReturn < PATIENCE.toNanos()) {
            watch.poll();
            if (scoreboard.returned() > returned) {
                returned = scoreboard.returned();
                lastReturn = System.nanoTime();
            }
            table.update(scoreboard.table(secondsSince(start)));
            if (published.isDone()) {
                rethrow(published);
            }
        }
        table.finish(scoreboard.table(secondsSince(start)));
    }

    private static void rethrow(Future<?> published) throws InterruptedException, PublishingFailedException {
        try {
            published.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PublishingFailedException failure) {
                throw failure;
            }
            throw new IllegalStateException("The images could not be published", e.getCause());
        }
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
