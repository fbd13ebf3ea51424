package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.bundle.ModelManifest;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.MilvusAccess;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.reference.Reference.RealImage;
import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.ingest.ImageSource;
import dev.whence.ingest.SourceImage;
import dev.whence.schemas.ErrorCode;
import dev.whence.vectorstore.milvus.MilvusIndex;
import dev.whence.vectorstore.milvus.MilvusServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server that holds the reference is killed in the middle of a stream and comes back. */
class StoreOutageIT {
    private static final Path PACK = Path.of("demo/pack");
    private static final Path MODEL = Path.of("demo/model");
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @Test
    void eachImageComesOutOnceThoughTheServerIsKilledAndStartedAgain() throws Exception {
        try (MilvusServer server = MilvusServer.start()) {
            Path reference = reference(server);
            List<byte[]> images = images();
            List<byte[]> before = images.subList(0, images.size() / 2);
            List<byte[]> during = images.subList(images.size() / 2, images.size());
            LocalStackSettings settings = LocalStackSettings.of(folder.resolve("data"), MODEL, reference);
            try (LocalStack stack = LocalStack.start(settings);
                    Uploader uploader = new Uploader(stack.bootstrapServers());
                    OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
                stack.awaitRunning();
                uploader.images(before);
                reader.readUntilSome(20);
                double waits = storeWaits();

                server.kill();
                uploader.images(during);
                awaitMoreStoreWaitsThan(waits);
                assertThat(reader.ledger.hasAll(Images.ids(images)))
                        .as("nothing left to do after the kill")
                        .isFalse();
                server.restart();

                reader.readUntilAllOf(Images.ids(before));
                reader.readUntilAllOf(Images.ids(during));
                reader.readUntilAllOf(uploader.markers(5));
                assertThat(reader.ledger.repeated()).isEmpty();
                assertThat(reader.letters.values())
                        .hasSize(images.size() / 10)
                        .allSatisfy(
                                letter -> assertThat(letter.getCode()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT.name()));
            }
        }
    }

    private Path reference(MilvusServer server) throws Exception {
        ModelManifest model = ModelBundle.open(MODEL).manifest();
        Path reference = folder.resolve("reference");
        Reference.build(
                sources("reference.zip").stream()
                        .map(bytes -> new RealImage(new EncodedImage(bytes.path(), bytes(bytes)), "demo"))
                        .iterator(),
                reference,
                new Reference.Settings(
                        "demo",
                        model.size(),
                        View.spaces(ModelBundle.open(MODEL).views()),
                        2),
                new ReferenceStore.Milvus(server.uri(), MilvusIndex.parse("FLAT"), MilvusAccess.PLAIN),
                n -> {});
        return reference;
    }

    /** Every tenth is none, and becomes a dead letter. */
    private static List<byte[]> images() throws Exception {
        List<byte[]> images = new ArrayList<>();
        for (SourceImage image : sources("known/vae.zip").subList(0, 270)) {
            images.add(bytes(image));
        }
        IntStream.range(0, 30)
                .forEach(i -> images.add(10 * i, "not an image: %d".formatted(i).getBytes(StandardCharsets.UTF_8)));
        return images;
    }

    private static List<SourceImage> sources(String name) throws Exception {
        List<SourceImage> images = new ArrayList<>();
        try (ImageSource source = ImageSource.open(PACK.resolve(name))) {
            source.forEachRemaining(images::add);
        }
        return images;
    }

    private static byte[] bytes(SourceImage image) {
        return ((SourceImage.Bytes) image.content()).bytes();
    }

    private static void awaitMoreStoreWaitsThan(double before) {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (storeWaits() <= before) {
            assertThat(System.nanoTime()).as("a batch waits for the server").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static double storeWaits() {
        return PrometheusRegistry.defaultRegistry.scrape("whence_store_waits"::equals).stream()
                .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
                .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
                .sum();
    }
}
