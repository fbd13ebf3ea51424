package dev.whence.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages that another implementation wrote with frozen schemas ({@code golden.py}) are read by today's readers. */
@NullMarked
class GoldenMessagesTest {
    private static final Path HISTORY = Path.of("src/test/resources/history");
    private static final Instant TIME = Instant.parse("2023-11-14T22:13:20.123Z");
    private static final String SHA256_OF_TEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    @ParameterizedTest
    @EnumSource
    void areReadForEveryFrozenVersion(Topic topic) throws IOException {
        List<String> versions = SchemaHistory.VERSIONS.stream()
                .filter(version -> Files.exists(
                        HISTORY.resolve(version).resolve(topic.valueType().getSimpleName() + ".avsc")))
                .toList();

        assertThat(versions).isNotEmpty();
        for (String version : versions) {
            assertThat(golden(version, topic.valueType())).as(version).isInstanceOf(topic.valueType());
        }
    }

    @Test
    void holdTheUploadThatWasWritten() throws IOException {
        ImageUpload upload = golden("v1", ImageUpload.class);

        assertThat(upload.getId()).isEqualTo(SHA256_OF_TEST).isEqualTo(ImageId.of(text("test")));
        assertThat(upload.getPlatform()).isEqualTo("forum");
        assertThat(upload.getName()).isEqualTo("a café.png");
        assertThat(upload.getUploadedAt()).isEqualTo(TIME);
        assertThat(upload.getContentType()).isEqualTo("image/png");
        assertThat(upload.getByteLength()).isEqualTo(4);
        assertThat(upload.getBytes()).isEqualTo(ByteBuffer.wrap(text("test")));
        assertThat(upload.getUri()).isNull();
        assertThat(upload.getTraceparent()).isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    @Test
    void holdTheProvenanceThatWasWritten() throws IOException {
        ProvenanceEvent event = golden("v1", ProvenanceEvent.class);

        assertThat(event.getEventId()).isEqualTo("e".repeat(64));
        assertThat(event.getAttributedAt()).isEqualTo(TIME.plusMillis(250));
        assertThat(event.getVerdict()).isEqualTo(Verdict.KNOWN_GENERATOR);
        assertThat(event.getConfidence()).isEqualTo(0.75);
        assertThat(event.getCandidates())
                .containsExactly(new Candidate("dcgan", "GAN", 0.75), new Candidate("real", null, 0.25));
        assertThat(event.getNovelty()).isEqualTo(new Novelty(0.125, 0.5, null));
        assertThat(event.getSpaces()).containsExactly(new SpaceReading("RGB", "real-17", 1.5f, 1.5f));
        assertThat(event.getFingerprint().getDimension()).isEqualTo(2);
        ByteBuffer values = event.getFingerprint().getValues().order(ByteOrder.LITTLE_ENDIAN);
        assertThat(List.of(values.getFloat(), values.getFloat())).containsExactly(1f, -2f);
        assertThat(event.getDigitalSourceType()).isEqualTo("trainedAlgorithmicMedia");
        assertThat(event.getModel()).isEqualTo(new ModelUsed("m", "1", SHA256_OF_TEST, "cpu", "fp32"));
        assertThat(event.getReference()).isEqualTo(new ReferenceUsed("r", "2"));
        assertThat(event.getLatency()).isEqualTo(new StageLatencies(1L, 2L, 3L, 4L, 5_000_000_000L));
    }

    @Test
    void holdTheDeadLetterThatWasWritten() throws IOException {
        DeadLetter letter = golden("v1", DeadLetter.class);

        assertThat(letter.getImageId()).isNull();
        assertThat(ErrorCode.valueOf(letter.getCode())).isEqualTo(ErrorCode.UNDECODABLE_MESSAGE);
        assertThat(letter.getMessage()).isEqualTo("No message of ours");
        assertThat(letter.getStage()).isEqualTo("attribution");
        assertThat(letter.getFailedAt()).isEqualTo(TIME);
        assertThat(letter.getOrigin()).isEqualTo(new Origin("whence.images", 3, 5_000_000_000L));
        assertThat(letter.getPayload()).isEqualTo(ByteBuffer.wrap(new byte[] {0, -1, 16}));
    }

    @Test
    void holdTheOthersThatWereWritten() throws IOException {
        assertThat(golden("v1", Alert.class))
                .isEqualTo(new Alert(
                        "alert-1",
                        "signature-7",
                        AlertKind.NEW_SIGNATURE,
                        "A new signature",
                        "forum",
                        12.5,
                        null,
                        TIME));
        assertThat(golden("v1", AttributionCount.class))
                .isEqualTo(new AttributionCount("forum", "dcgan", TIME, TIME.plusSeconds(60), 42L, 0.875));
        SignatureEvent signature = golden("v1", SignatureEvent.class);
        assertThat(signature.getState()).isEqualTo(SignatureState.NAMED);
        assertThat(signature.getExemplars()).containsExactly(SHA256_OF_TEST);
        assertThat(signature.getPlatforms()).isEmpty();
        assertThat(signature.getChangedAt()).isEqualTo(TIME.plusMillis(2));
    }

    private static <T extends SpecificRecord> T golden(String version, Class<T> type) throws IOException {
        Path message = HISTORY.resolve(version).resolve(type.getSimpleName() + ".golden");
        return SingleObjectReader.of(type).read(Files.readAllBytes(message));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
