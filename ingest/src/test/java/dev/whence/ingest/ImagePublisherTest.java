package dev.whence.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.ImageUpload;
import dev.whence.schemas.SingleObjectReader;
import dev.whence.schemas.blob.LocalBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImagePublisherTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final byte[] GIF = "GIF89a and so on".getBytes(StandardCharsets.US_ASCII);
    /** From sha256sum. */
    private static final String GIF_SHA256 = "9e2319b83a7cbd733c0ce908e079f3861bdf43588a6da9dc7c404a82d28621ad";

    @TempDir
    Path folder;

    private Path images;
    private LocalBlobStore blobs;
    private final MockProducer<String, byte[]> kafka =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());

    @BeforeEach
    void makeFolders() throws IOException {
        images = Files.createDirectory(folder.resolve("images"));
        blobs = new LocalBlobStore(folder.resolve("blobs"));
    }

    @Test
    void publishesASmallImageInline() throws Exception {
        Path file = Files.write(images.resolve("a.gif"), GIF);

        PublishingResult result = publish();

        assertThat(result).isEqualTo(new PublishingResult(1, Map.of(), 0, GIF.length));
        ProducerRecord<String, byte[]> sent = kafka.history().get(0);
        assertThat(sent.topic()).isEqualTo("whence.images");
        assertThat(sent.key()).isEqualTo(GIF_SHA256);
        ImageUpload upload = SingleObjectReader.of(ImageUpload.class).read(sent.value());
        assertThat(upload.getId()).isEqualTo(GIF_SHA256);
        assertThat(upload.getPlatform()).isEqualTo("forum");
        assertThat(upload.getName()).isEqualTo(file.toString());
        assertThat(upload.getUploadedAt()).isEqualTo(NOW);
        assertThat(upload.getContentType()).isEqualTo("image/gif");
        assertThat(upload.getByteLength()).isEqualTo(GIF.length);
        assertThat(upload.getBytes()).isEqualTo(ByteBuffer.wrap(GIF));
        assertThat(upload.getUri()).isNull();
        assertThat(upload.getTraceparent()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    }

    @Test
    void keepsTheLongestInlineImageInTheMessageAndAnyLongerInTheBlobStore() throws Exception {
        byte[] longest = Arrays.copyOf(GIF, 256 * 1024);
        byte[] longer = Arrays.copyOf(GIF, 256 * 1024 + 1);
        Files.write(images.resolve("a.gif"), longest);
        Files.write(images.resolve("b.gif"), longer);

        publish();

        ImageUpload inline = upload(0);
        assertThat(inline.getBytes().remaining()).isEqualTo(longest.length);
        assertThat(inline.getUri()).isNull();
        ImageUpload claim = upload(1);
        assertThat(claim.getBytes()).isNull();
        assertThat(claim.getByteLength()).isEqualTo(longer.length);
        assertThat(claim.getUri()).isEqualTo("blob:" + claim.getId());
        assertThat(blobs.get(claim.getUri(), longer.length)).isEqualTo(longer);
        assertThat(kafka.history().get(0).value().length).isLessThan(1 << 20);
    }

    @Test
    void turnsWhatIsNoImageIntoDeadLettersAndGoesOn() throws Exception {
        Files.write(images.resolve("a-empty.png"), new byte[0]);
        Files.writeString(images.resolve("b-text.png"), "text named .png");
        Files.writeString(images.resolve("c.zip"), "no zip");
        Files.write(images.resolve("d.gif"), GIF);
        Files.writeString(images.resolve("readme.md"), "skipped");
        List<String> heard = new ArrayList<>();

        PublishingResult result = publish(
                (image, rejected) -> heard.add(rejected.map(ErrorCode::name).orElse("published")));

        assertThat(result)
                .isEqualTo(new PublishingResult(
                        1,
                        Map.of(
                                ErrorCode.EMPTY_IMAGE, 1L,
                                ErrorCode.UNSUPPORTED_FORMAT, 1L,
                                ErrorCode.UNREADABLE_INPUT, 1L),
                        1,
                        GIF.length));
        assertThat(result.images()).isEqualTo(4);
        assertThat(heard).containsExactly("EMPTY_IMAGE", "UNSUPPORTED_FORMAT", "UNREADABLE_INPUT", "published");
        assertThat(kafka.history())
                .extracting(ProducerRecord::topic)
                .containsExactly("whence.dead-letters", "whence.dead-letters", "whence.dead-letters", "whence.images");
    }

    @Test
    void writesADeadLetterThatSaysWhatWasWrong() throws Exception {
        Path file = Files.writeString(images.resolve("text.png"), "test");

        publish();

        ProducerRecord<String, byte[]> sent = kafka.history().get(0);
        DeadLetter letter = SingleObjectReader.of(DeadLetter.class).read(sent.value());
        assertThat(sent.key())
                .isEqualTo("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
                .isEqualTo(letter.getImageId());
        assertThat(letter.getCode()).isEqualTo("UNSUPPORTED_FORMAT");
        assertThat(letter.getMessage()).contains("neither PNG, JPEG, WebP nor GIF");
        assertThat(letter.getStage()).isEqualTo("ingest");
        assertThat(letter.getPlatform()).isEqualTo("forum");
        assertThat(letter.getName()).isEqualTo(file.toString());
        assertThat(letter.getFailedAt()).isEqualTo(NOW);
        assertThat(sent.headers().lastHeader("whence-error-code").value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("UNSUPPORTED_FORMAT");
    }

    @Test
    void keysADeadLetterWithoutBytesByItsName() throws Exception {
        Path file = Files.writeString(images.resolve("c.tar"), "no tar");

        publish();

        assertThat(kafka.history()).extracting(ProducerRecord::key).containsExactly(file.toString());
    }

    @Test
    void turnsAnImageThatTheBlobStoreDoesNotTakeIntoADeadLetter() throws Exception {
        Files.writeString(folder.resolve("blobs"), "a file where the store's folder should be");
        Files.write(images.resolve("a.gif"), Arrays.copyOf(GIF, 256 * 1024 + 1));

        assertThat(publish().deadLetters()).isEqualTo(Map.of(ErrorCode.BLOB_UNAVAILABLE, 1L));
    }

    @Test
    void cutsALongNameToItsEnd() throws Exception {
        Path tar = TestArchives.tar(images.resolve("a.tar"), "x".repeat(3_000) + "/end\n.png");

        publish();

        assertThat(SingleObjectReader.of(DeadLetter.class)
                        .read(kafka.history().get(0).value())
                        .getName())
                .hasSize(255)
                .startsWith("…x")
                .endsWith("x/end\uFFFD.png");
        assertThat(tar).exists();
    }

    @Test
    void failsWithOneExceptionWhenKafkaDoesNotAcknowledge() throws Exception {
        MockProducer<String, byte[]> slow =
                new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer()) {
                    @Override
                    public synchronized void flush() {
                        errorNext(new TimeoutException("Expiring 1 record(s): 120000 ms has passed"));
                    }
                };
        Files.write(images.resolve("a.gif"), GIF);

        assertThatThrownBy(() -> publish(slow, (image, rejected) -> {}))
                .isInstanceOf(PublishingFailedException.class)
                .hasMessageContaining("120000 ms has passed")
                .hasCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void stopsAtTheFirstLostMessage() throws Exception {
        kafka.sendException = new TimeoutException("Topic whence.images not present in metadata");
        Files.write(images.resolve("a.gif"), GIF);
        Files.write(images.resolve("b.gif"), GIF);
        List<SourceImage> heard = new ArrayList<>();

        assertThatThrownBy(() -> publish(kafka, (image, rejected) -> heard.add(image)))
                .isInstanceOf(PublishingFailedException.class);
        assertThat(heard).isEmpty();
        assertThat(kafka.history()).isEmpty();
    }

    @Test
    void handlesEveryImageOfALargeSourceOnce() throws Exception {
        String[] names = Stream.iterate(0, number -> number + 1)
                .limit(1_000)
                .map(number -> "GIF89a-" + number)
                .toArray(String[]::new);
        TestArchives.tar(images.resolve("many.tar"), names);

        assertThat(publish().published()).isEqualTo(1_000);
        assertThat(kafka.history())
                .extracting(ProducerRecord::key)
                .doesNotHaveDuplicates()
                .hasSize(1_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-", "a b", "a/b", "a\nb", "\u001B[2J"})
    void refusesAPlatformNameThatWouldHarmTheKeys(String platform) throws Exception {
        try (ImageSource source = ImageSource.open(images);
                ImagePublisher publisher = publisher(kafka)) {
            assertThatThrownBy(() -> publisher.publish(source, platform, (image, rejected) -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "89504e470d0a1a0a00, image/png",
        "ffd8ffe000104a464946, image/jpeg",
        "524946460000000057454250, image/webp",
        "474946383761, image/gif",
        "474946383961, image/gif",
        "89504e47, none",
        "524946460000000057415645, none",
        "424d, none",
        "ffd8, none",
    })
    void tellsAFormatByItsFirstBytes(String hex, String mediaType) {
        assertThat(ImageFormat.of(HexFormat.of().parseHex(hex))
                        .map(ImageFormat::mediaType)
                        .orElse("none"))
                .isEqualTo(mediaType);
    }

    @Test
    void cannotBeSetToLoseOrDoubleMessages() {
        Map<String, Object> settings =
                ProducerSettings.over(Map.of("bootstrap.servers", "b:9092", "acks", "0", "linger.ms", 1));

        assertThat(settings)
                .containsEntry(ProducerConfig.ACKS_CONFIG, "all")
                .containsEntry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true)
                .containsEntry(ProducerConfig.LINGER_MS_CONFIG, 1)
                .containsEntry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "b:9092");
    }

    private PublishingResult publish() throws Exception {
        return publish((image, rejected) -> {});
    }

    private PublishingResult publish(PublishingListener listener) throws Exception {
        return publish(kafka, listener);
    }

    private PublishingResult publish(MockProducer<String, byte[]> producer, PublishingListener listener)
            throws Exception {
        try (ImageSource source = ImageSource.open(images);
                ImagePublisher publisher = publisher(producer)) {
            return publisher.publish(source, "forum", listener);
        }
    }

    private ImagePublisher publisher(MockProducer<String, byte[]> producer) {
        return new ImagePublisher(producer, blobs, Pace.unlimited(), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private ImageUpload upload(int index) {
        return SingleObjectReader.of(ImageUpload.class)
                .read(kafka.history().get(index).value());
    }
}
