package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.ImageId;
import dev.whence.schemas.ImageUpload;
import dev.whence.schemas.ProvenanceEvent;
import dev.whence.schemas.SingleObject;
import dev.whence.schemas.Verdict;
import dev.whence.schemas.blob.LocalBlobStore;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Images go in through a real broker and a real Flink job, good and bad. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttributionIT {
    private LocalStackSettings settings;
    private LocalStack stack;
    private Uploader uploader;

    AttributionIT(@TempDir Path data) {
        settings = LocalStackSettings.of(data, data, data);
        stack = LocalStack.start(settings, Stacks.engine(settings, Duration.ZERO));
        uploader = new Uploader(stack.bootstrapServers());
    }

    @BeforeAll
    void awaitTheStack() throws InterruptedException {
        stack.awaitRunning();
    }

    @AfterAll
    void closeTheStack() {
        uploader.close();
        stack.close();
    }

    @Test
    void everyMessageLeavesAsOneEventOrOneDeadLetter() throws Exception {
        List<byte[]> before = Images.noise(50, 1);
        List<byte[]> after = Images.noise(50, 2);
        uploader.images(before);
        Map<String, Case> bad = new LinkedHashMap<>();
        for (Case one : badInput()) {
            bad.put(uploader.message(one.message().orElse(null)), one);
        }
        uploader.images(after);

        try (OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
            reader.readUntilAllOf(Images.ids(before));
            reader.readUntilAllOf(Images.ids(after));
            reader.readUntilAllOf(bad.entrySet().stream()
                    .map(sent -> sent.getValue().id().orElse(sent.getKey()))
                    .toList());
            reader.readUntilAllOf(uploader.markers(3));

            assertThat(reader.repeated()).isEmpty();
            bad.forEach((coordinates, one) -> assertThat(
                            Optional.ofNullable(reader.letters.get(coordinates)).map(letter -> letter.getCode()))
                    .as(one.name())
                    .isEqualTo(one.code().map(ErrorCode::name)));
            assertThat(stack.failure()).isEmpty();
        }
        assertThat(metrics())
                .contains("whence_job_restarts_total 0.0")
                .containsPattern("(?m)^whence_checkpoints_total [1-9]")
                .containsPattern("(?m)^whence_checkpoint_seconds_count [1-9]")
                .contains("whence_dead_letters_total{code=\"HASH_MISMATCH\"} 1.0")
                .contains("whence_dead_letters_total{code=\"EMPTY_MESSAGE\"} 2.0");
    }

    /** What a stranger may send, and the code it ends with; none where it is legal. */
    private List<Case> badInput() throws Exception {
        byte[] large = Images.large();
        byte[] good = Images.noise(1, 99).get(0);
        String uri = new LocalBlobStore(settings.blobs()).put(large);
        ImageUpload.Builder wrongId = Uploader.upload(good).setId("f".repeat(64));
        return List.of(
                Case.image("truncated JPEG", Images.truncatedJpeg(1), ErrorCode.CORRUPT_IMAGE),
                Case.image("PNG that claims 65,535 x 65,535", Images.hugePng(), ErrorCode.TOO_MANY_PIXELS),
                Case.image("no bytes", new byte[0], ErrorCode.EMPTY_IMAGE),
                Case.image("text", "not an image".getBytes(StandardCharsets.UTF_8), ErrorCode.UNSUPPORTED_FORMAT),
                Case.image("12-bit JPEG", Images.sample("twelve-bit.jpg"), ErrorCode.UNSUPPORTED_FORMAT),
                Case.legal("CMYK JPEG", Uploader.upload(Images.sample("cmyk.jpg"))),
                Case.legal("animated GIF", Uploader.upload(Images.sample("animated.gif"))),
                Case.legal("claim check", Uploader.upload(large).setBytes(null).setUri(uri)),
                Case.upload(
                        "claim check nobody left",
                        Uploader.upload(good).setBytes(null).setUri("blob:" + "0".repeat(64)),
                        ErrorCode.BLOB_UNAVAILABLE),
                new Case("wrong id", message(wrongId), Optional.of(ErrorCode.HASH_MISMATCH), Optional.empty()),
                Case.upload(
                        "no image", Uploader.upload(Images.noise(1, 98).get(0)).setBytes(null), ErrorCode.NO_IMAGE),
                new Case("0 bytes", Optional.of(new byte[0]), Optional.of(ErrorCode.EMPTY_MESSAGE), Optional.empty()),
                new Case("null", Optional.empty(), Optional.of(ErrorCode.EMPTY_MESSAGE), Optional.empty()),
                new Case(
                        "no Avro",
                        Optional.of("{\"id\": 1}".getBytes(StandardCharsets.UTF_8)),
                        Optional.of(ErrorCode.UNDECODABLE_MESSAGE),
                        Optional.empty()));
    }

    @Test
    void anEventSaysWhatTheAttributorSaid() {
        byte[] image = Images.noise(1, 10).get(0);
        uploader.images(List.of(image));
        ProvenanceEvent event;
        try (OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
            reader.readUntilAllOf(Images.ids(List.of(image)));
            event = reader.events.stream()
                    .filter(one -> one.getImageId().equals(ImageId.of(image)))
                    .findAny()
                    .orElseThrow();
        }

        assertThat(event.getPlatform()).isEqualTo("test");
        assertThat(event.getUploadedAt()).isEqualTo(Instant.ofEpochMilli(1_700_000_000_000L));
        assertThat(event.getTraceparent()).isEqualTo(Uploader.TRACEPARENT);
        assertThat(event.getVerdict()).isIn(Verdict.REAL, Verdict.KNOWN_GENERATOR);
        assertThat(event.getModel().getName()).isEqualTo("parity");
        assertThat(event.getFingerprint().getValues().remaining()).isEqualTo(8);
    }

    @Test
    void aTornImageInEachPlaceOfARunOfImagesIsTheOnlyDeadLetterOfIt() {
        int run = 8;
        List<byte[]> images = new ArrayList<>(Images.noise(run * run, 20));
        List<String> torn = new ArrayList<>();
        for (int place = 0; place < run; place++) {
            byte[] image = Images.truncatedJpeg(place + 100);
            images.set(run * place + place, image);
            torn.add(ImageId.of(image));
        }
        uploader.images(0, images);

        try (OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
            reader.readUntilAllOf(Images.ids(images));
            reader.readUntilAllOf(uploader.markers(21));

            assertThat(reader.repeated()).isEmpty();
            assertThat(reader.letters.values())
                    .filteredOn(letter -> Images.ids(images).contains(String.valueOf(letter.getImageId())))
                    .allSatisfy(letter -> assertThat(letter.getCode()).isEqualTo(ErrorCode.CORRUPT_IMAGE.name()))
                    .extracting(letter -> String.valueOf(letter.getImageId()))
                    .containsExactlyInAnyOrderElementsOf(torn);
        }
    }

    @Test
    void nothingListensBeyondLoopback() throws IOException {
        assumeTrue(ListeningSockets.canBeTold(), "Only Linux tells a process where it listens");
        assertThat(ListeningSockets.beyondLoopback()).isEmpty();
        try (ServerSocket open = new ServerSocket(0)) {
            assertThat(ListeningSockets.beyondLoopback())
                    .as("a socket on all interfaces, port %d, is seen", open.getLocalPort())
                    .hasSize(1);
        }
    }

    @Test
    void aSecondStackIsRefusedTheFolder() {
        assertThatThrownBy(() -> LocalStack.start(settings))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Another stack runs on")
                .hasMessageContaining("name another folder");
    }

    private String metrics() throws Exception {
        HttpResponse<String> page = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(stack.metricsUri()).build(), HttpResponse.BodyHandlers.ofString());
        return page.body();
    }

    private static Optional<byte[]> message(ImageUpload.Builder upload) {
        return Optional.of(SingleObject.encode(upload.build()));
    }

    /**
     * @param message a Kafka value; empty for none
     * @param id the image's, where the outcome's key is it
     */
    private record Case(String name, Optional<byte[]> message, Optional<ErrorCode> code, Optional<String> id) {
        static Case image(String name, byte[] image, ErrorCode code) {
            return upload(name, Uploader.upload(image), code);
        }

        static Case upload(String name, ImageUpload.Builder upload, ErrorCode code) {
            return new Case(name, AttributionIT.message(upload), Optional.of(code), Optional.of(upload.getId()));
        }

        static Case legal(String name, ImageUpload.Builder upload) {
            return new Case(name, AttributionIT.message(upload), Optional.empty(), Optional.of(upload.getId()));
        }
    }
}
