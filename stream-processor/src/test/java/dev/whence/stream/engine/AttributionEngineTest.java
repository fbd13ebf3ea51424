package dev.whence.stream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.ImageId;
import dev.whence.schemas.ImageUpload;
import dev.whence.schemas.ProvenanceEvent;
import dev.whence.schemas.SingleObject;
import dev.whence.schemas.Verdict;
import dev.whence.schemas.blob.LocalBlobStore;
import dev.whence.vectorstore.ReferenceStoreException;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttributionEngineTest {
    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final PickyAttributor attributor = new PickyAttributor();
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final AttributionEngine engine;
    private final Path blobs;
    private long offset;

    AttributionEngineTest(@TempDir Path folder) {
        blobs = folder.resolve("blobs");
        EngineSettings settings = new EngineSettings(
                (bundle, reference) -> attributor,
                ModelChoice.of("bundle", "reference"),
                blobs.toString(),
                8,
                Duration.ofMillis(1),
                2,
                Duration.ofSeconds(2));
        engine = AttributionEngine.open(settings, registry);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void writesAnEventOfAnImage() {
        ProvenanceEvent event = event(submit(upload(PickyAttributor.GENERATED)));

        assertThat(event.getImageId()).isEqualTo(ImageId.of(PickyAttributor.GENERATED));
        assertThat(event.getVerdict()).isEqualTo(Verdict.KNOWN_GENERATOR);
        assertThat(event.getGenerator()).isEqualTo("dcgan");
        assertThat(event.getDigitalSourceType())
                .isEqualTo("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia");
        assertThat(event.getPlatform()).isEqualTo("test");
        assertThat(event.getTraceparent()).isEqualTo(TRACEPARENT);
        assertThat(event.getNovelty().getThreshold()).isEqualTo(0.9);
        assertThat(event.getCandidates().get(0).getFamily()).isEqualTo("GAN");
        assertThat(event.getModel().getVersion()).isEqualTo("7");
        assertThat(event.getReference().getName()).isEqualTo("reals");
        assertThat(event.getLatency().getEmbedMicros()).isEqualTo(6);
        assertThat(event.getLatency().getProjectMicros()).isEqualTo(8);
        assertThat(event.getLatency().getAttributeMicros()).isEqualTo(10);
        assertThat(event.getFingerprint().getDimension()).isEqualTo(2);
        assertThat(event.getFingerprint()
                        .getValues()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(1))
                .isEqualTo(-2f);
    }

    @Test
    void theEventIdIsTheHashOfTheQuestion() {
        ProvenanceEvent event = event(submit(upload(PickyAttributor.GENERATED)));

        // printf '%s\n7\n0' $(printf generated | sha256sum | cut -c1-64) | sha256sum
        assertThat(event.getEventId()).isEqualTo("57be3bb67e3a12bbee9228c7274ec3a3ad32138b2d72ba03046b480c3729a9ee");
    }

    @Test
    void aRealImageIsNotTrainedAlgorithmicMedia() {
        ProvenanceEvent event = event(submit(upload(PickyAttributor.bytes("a camera's"))));

        assertThat(event.getVerdict()).isEqualTo(Verdict.REAL);
        assertThat(event.getGenerator()).isNull();
        assertThat(event.getDigitalSourceType()).isNull();
    }

    @Test
    void anImageThatBreaksTheModelIsItsOwnDeadLetterAndTheOthersPass() {
        List<CompletableFuture<Outcome>> good = IntStream.range(0, 20)
                .mapToObj(i -> submit(upload(PickyAttributor.bytes("good " + i))))
                .toList();
        CompletableFuture<Outcome> poison = submit(upload(PickyAttributor.POISON));
        CompletableFuture<Outcome> later = submit(upload(PickyAttributor.bytes("later")));

        DeadLetter letter = letter(poison);
        assertThat(letter.getCode()).isEqualTo(ErrorCode.INTERNAL.name());
        assertThat(letter.getMessage()).contains("the model failed");
        assertThat(letter.getImageId()).isEqualTo(ImageId.of(PickyAttributor.POISON));
        assertThat(Stream.concat(good.stream(), Stream.of(later)))
                .allSatisfy(outcome -> assertThat(outcome.join()).isInstanceOf(Outcome.Attributed.class));
    }

    @Test
    void anImageThatBreaksTheModelIsTheOnlyDeadLetterInEachPlaceOfABatch(@TempDir Path blobs) {
        int size = 8;
        // One decoder keeps the order, and a batch is formed only when it is full.
        EngineSettings settings = new EngineSettings(
                (bundle, reference) -> attributor,
                ModelChoice.of("bundle", "reference"),
                blobs.toString(),
                size,
                Duration.ofMinutes(1),
                1,
                Duration.ofSeconds(2));
        PrometheusRegistry own = new PrometheusRegistry();
        try (AttributionEngine inOrder = AttributionEngine.open(settings, own)) {
            for (int place = 0; place < size; place++) {
                List<byte[]> images = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    images.add(
                            i == place
                                    ? PickyAttributor.POISON
                                    : PickyAttributor.bytes("good %d of %d".formatted(i, place)));
                }
                List<Outcome> outcomes = images.stream()
                        .map(image -> inOrder.submit(
                                message(SingleObject.encode(upload(image).build()))))
                        .toList()
                        .stream()
                        .map(CompletableFuture::join)
                        .toList();

                assertThat(outcomes).extracting(Outcome::key).isEqualTo(ids(images));
                assertThat(IntStream.range(0, size)
                                .filter(i -> outcomes.get(i) instanceof Outcome.Rejected)
                                .toArray())
                        .containsExactly(place);
                assertThat(counted(own, "whence_retried_batches"))
                        .as("batches in which the poison was not alone")
                        .isEqualTo(place + 1);
            }
        }
    }

    private static List<String> ids(List<byte[]> images) {
        return images.stream().map(ImageId::of).toList();
    }

    @Test
    void aBrokenModelFailsTheFuturesAndMakesNoDeadLetters() {
        attributor.broken.set(true);

        assertThatThrownBy(() -> submit(upload(PickyAttributor.bytes("good"))).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(BrokenEngineException.class);
    }

    @Test
    void imagesWaitForAReferenceWhoseServerIsAwayAndNoneIsADeadLetter() {
        attributor.outages.set(3);

        List<CompletableFuture<Outcome>> outcomes = IntStream.range(0, 20)
                .mapToObj(i -> submit(upload(PickyAttributor.bytes("good " + i))))
                .toList();

        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.join()).isInstanceOf(Outcome.Attributed.class));
        assertThat(storeWaits()).isEqualTo(3);
    }

    @Test
    void aServerThatStaysAwayFailsTheFuturesAfterTheDeadlineAndMakesNoDeadLetters() {
        attributor.outages.set(Integer.MAX_VALUE);

        assertThatThrownBy(() -> submit(upload(PickyAttributor.bytes("good"))).join())
                .hasCauseInstanceOf(BrokenEngineException.class)
                .hasRootCauseInstanceOf(ReferenceStoreException.class);
        assertThat(storeWaits()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aStoreThatFailsOtherwiseFailsTheFuturesAtOnceAndMakesNoDeadLetters() {
        attributor.outage = Reason.FAILED;
        attributor.outages.set(1);

        assertThatThrownBy(() -> submit(upload(PickyAttributor.bytes("good"))).join())
                .hasCauseInstanceOf(BrokenEngineException.class)
                .hasRootCauseInstanceOf(ReferenceStoreException.class);
        assertThat(storeWaits()).isZero();
    }

    @Test
    void anEngineThatWaitsForAServerCanBeClosed() {
        attributor.outages.set(Integer.MAX_VALUE);
        CompletableFuture<Outcome> outcome = submit(upload(PickyAttributor.bytes("good")));
        awaitAStoreWait();

        engine.close();

        assertThat(outcome).isNotDone();
    }

    private void awaitAStoreWait() {
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (storeWaits() == 0) {
            assertThat(System.nanoTime()).as("an image waits for a store").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private double storeWaits() {
        return counted(registry, "whence_store_waits");
    }

    private static double counted(PrometheusRegistry registry, String name) {
        return registry.scrape(name::equals).stream()
                .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
                .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
                .sum();
    }

    @Test
    void imagesWaitForABlobStoreThatIsAwayAndNoneIsADeadLetter() throws Exception {
        byte[] image = PickyAttributor.bytes("in the store");
        String uri = new LocalBlobStore(blobs).put(image);
        Path away = blobs.resolveSibling("away");
        Files.move(blobs, away);
        CompletableFuture<Outcome> outcome = submit(upload(image).setBytes(null).setUri(uri));
        awaitAStoreWait();
        assertThat(outcome).isNotDone();

        Files.move(away, blobs);

        assertThat(outcome.join()).isInstanceOf(Outcome.Attributed.class);
    }

    @Test
    void aBlobStoreThatStaysAwayFailsTheFutures() throws Exception {
        Files.delete(blobs);
        byte[] image = PickyAttributor.bytes("nowhere");

        assertThatThrownBy(() -> submit(upload(image).setBytes(null).setUri("blob:" + ImageId.of(image)))
                        .join())
                .hasCauseInstanceOf(BrokenEngineException.class)
                .hasRootCauseInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aBlobThatAWellStoreHasNotIsADeadLetter() {
        byte[] image = PickyAttributor.bytes("nowhere");

        assertThat(letter(submit(upload(image).setBytes(null).setUri("blob:" + ImageId.of(image))))
                        .getCode())
                .isEqualTo(ErrorCode.BLOB_UNAVAILABLE.name());
        assertThat(storeWaits()).isZero();
    }

    @Test
    void imagesThatTheDecoderFailsOnAreDeadLettersHoweverManyThereAre() {
        List<CompletableFuture<Outcome>> outcomes = IntStream.range(0, 100)
                .mapToObj(i -> submit(upload(PickyAttributor.bytes("decoder defect " + i))))
                .toList();

        assertThat(outcomes)
                .allSatisfy(outcome -> assertThat(letter(outcome).getCode()).isEqualTo(ErrorCode.INTERNAL.name()));
    }

    @Test
    void anImageThatTheDecoderFollowsWithoutEndIsADeadLetter() {
        assertThat(letter(submit(upload(PickyAttributor.bytes("endless")))).getMessage())
                .contains("StackOverflowError");
    }

    @Test
    void aDecoderThatFailsOnEverythingFailsTheFutures() {
        attributor.decoderBroken.set(true);
        List<CompletableFuture<Outcome>> outcomes = IntStream.range(0, 100)
                .mapToObj(i -> submit(upload(PickyAttributor.bytes("good " + i))))
                .toList();

        assertThatThrownBy(() -> CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new))
                        .join())
                .hasCauseInstanceOf(BrokenEngineException.class);
    }

    @Test
    void anImageTheDecoderFailsOnIsADeadLetter() {
        assertThat(letter(submit(upload(PickyAttributor.DECODER_DEFECT))).getCode())
                .isEqualTo(ErrorCode.INTERNAL.name());
    }

    @Test
    void aRejectedImageKeepsTheReasonOfTheDecoder() {
        DeadLetter letter = letter(submit(upload(PickyAttributor.NO_IMAGE)));

        assertThat(letter.getCode()).isEqualTo(ErrorCode.CORRUPT_IMAGE.name());
        assertThat(letter.getMessage()).isEqualTo("It is torn.");
        assertThat(letter.getStage()).isEqualTo("attribution");
        assertThat(letter.getOrigin().getTopic()).isEqualTo("whence.images");
        assertThat(letter.getPayload()).isNull();
        assertThat(letter.getTraceparent()).isEqualTo(TRACEPARENT);
    }

    @Test
    void anUndecodableMessageKeepsItsFirstKilobyte() {
        Outcome outcome = engine.submit(message(new byte[5000])).join();

        assertThat(outcome.key()).isEqualTo("whence.images-0@0");
        DeadLetter letter = ((Outcome.Rejected) outcome).letter();
        assertThat(letter.getCode()).isEqualTo(ErrorCode.UNDECODABLE_MESSAGE.name());
        assertThat(letter.getPayload().remaining()).isEqualTo(1024);
        assertThat(letter.getImageId()).isNull();
    }

    @Test
    void aWrongIdSaysNothingOfTheImageThatHasIt() {
        Outcome outcome =
                submit(upload(PickyAttributor.GENERATED).setId("f".repeat(64))).join();

        assertThat(outcome.key()).isEqualTo("whence.images-0@0");
        DeadLetter letter = ((Outcome.Rejected) outcome).letter();
        assertThat(letter.getCode()).isEqualTo(ErrorCode.HASH_MISMATCH.name());
        assertThat(letter.getImageId()).isNull();
    }

    @Test
    void anUploadFullOfNonsenseStillGetsASmallAnswer() {
        ImageUpload.Builder upload = upload(PickyAttributor.NO_IMAGE)
                .setPlatform("p".repeat(300_000))
                .setName("n".repeat(300_000))
                .setTraceparent("t".repeat(300_000));

        DeadLetter letter = letter(submit(upload));

        assertThat(SingleObject.encode(letter)).hasSizeLessThan(4096);
        assertThat(letter.getTraceparent()).isNull();
    }

    private CompletableFuture<Outcome> submit(ImageUpload.Builder upload) {
        return engine.submit(message(SingleObject.encode(upload.build())));
    }

    private RawMessage message(byte[] value) {
        return new RawMessage("whence.images", 0, offset++, 1_700_000_000_000L, value);
    }

    private static ImageUpload.Builder upload(byte[] image) {
        return ImageUpload.newBuilder()
                .setId(ImageId.of(image))
                .setPlatform("test")
                .setUploadedAt(Instant.ofEpochMilli(1_700_000_000_000L))
                .setByteLength(image.length)
                .setBytes(ByteBuffer.wrap(image))
                .setTraceparent(TRACEPARENT);
    }

    private static ProvenanceEvent event(CompletableFuture<Outcome> outcome) {
        return ((Outcome.Attributed) outcome.join()).event();
    }

    private static DeadLetter letter(CompletableFuture<Outcome> outcome) {
        return ((Outcome.Rejected) outcome.join()).letter();
    }
}
