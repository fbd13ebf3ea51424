package dev.whence.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class SingleObjectTest {
    private static final byte[] IMAGE = {(byte) 0x89, 'P', 'N', 'G'};
    private static final SingleObjectReader<ImageUpload> UPLOADS = SingleObjectReader.of(ImageUpload.class);

    @Test
    void readsBackWhatWasWritten() {
        ImageUpload upload = upload(IMAGE);

        assertThat(UPLOADS.read(SingleObject.encode(upload))).isEqualTo(upload);
    }

    @Test
    void writesTheMarkerOfTheSpecification() {
        assertThat(SingleObject.encode(upload(IMAGE))).startsWith(0xC3, 0x01);
    }

    @Test
    void saysOfAnEmptyMessageThatItIsEmpty() {
        assertThat(codeOf(new byte[0])).isEqualTo(ErrorCode.EMPTY_MESSAGE);
        assertThat(codeOf(null)).isEqualTo(ErrorCode.EMPTY_MESSAGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"id\":1}", "x", "a text that is no message of ours"})
    void rejectsWhatIsNoSingleObject(String text) {
        assertThat(codeOf(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(ErrorCode.UNDECODABLE_MESSAGE);
    }

    @Test
    void rejectsTheMessageOfAnotherType() {
        DeadLetter letter = DeadLetter.newBuilder()
                .setCode("INTERNAL")
                .setMessage("m")
                .setStage("ingest")
                .setFailedAt(Instant.EPOCH)
                .build();

        assertThatThrownBy(() -> UPLOADS.read(SingleObject.encode(letter)))
                .isInstanceOf(UndecodableMessageException.class)
                .hasMessageContaining("no known version of ImageUpload");
    }

    @Test
    void rejectsEveryTruncation() {
        byte[] message = SingleObject.encode(upload(IMAGE));

        for (int length = 1; length < message.length; length++) {
            assertThat(codeOf(Arrays.copyOf(message, length)))
                    .as("cut to %d bytes", length)
                    .isEqualTo(ErrorCode.UNDECODABLE_MESSAGE);
        }
    }

    @Test
    void rejectsAMessageThatGoesOnAfterItsRecord() {
        byte[] message = SingleObject.encode(upload(IMAGE));

        assertThat(codeOf(Arrays.copyOf(message, message.length + 1))).isEqualTo(ErrorCode.UNDECODABLE_MESSAGE);
    }

    @ParameterizedTest
    @MethodSource("lyingLengths")
    void rejectsALengthThatTheMessageHasNotTheBytesFor(byte[] lie) {
        byte[] header = Arrays.copyOf(SingleObject.encode(upload(IMAGE)), SingleObject.HEADER_BYTES);
        byte[] message = ByteBuffer.allocate(header.length + lie.length)
                .put(header)
                .put(lie)
                .array();

        assertThat(codeOf(message)).isEqualTo(ErrorCode.UNDECODABLE_MESSAGE);
    }

    /** The id's length as zig-zag varints, by hand: 2^31-9 (the most that Java could allocate), 2^31-1, 2^62, -1. */
    static List<byte[]> lyingLengths() {
        return List.of(
                bytes(0xEE, 0xFF, 0xFF, 0xFF, 0x0F),
                bytes(0xFE, 0xFF, 0xFF, 0xFF, 0x0F),
                bytes(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01),
                bytes(0x01));
    }

    @Test
    void rejectsAnArrayThatClaimsMoreItemsThanTheMessageHasBytes() throws IOException {
        byte[] header = Arrays.copyOf(
                Files.readAllBytes(Path.of("src/test/resources/history/v1/ProvenanceEvent.golden")),
                SingleObject.HEADER_BYTES);
        int bytesBeforeTheCandidates = 3 + 2 + 1 + 1 + Double.BYTES; // empty strings, instants, enum, null, confidence
        byte[] message = ByteBuffer.allocate(header.length + bytesBeforeTheCandidates + 5)
                .put(header)
                .put(new byte[bytesBeforeTheCandidates])
                .put(bytes(0xEE, 0xFF, 0xFF, 0xFF, 0x0F))
                .array();

        assertThatThrownBy(() -> SingleObjectReader.of(ProvenanceEvent.class).read(message))
                .isInstanceOf(UndecodableMessageException.class)
                .hasRootCauseInstanceOf(EOFException.class);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static ErrorCode codeOf(byte @Nullable [] message) {
        try {
            UPLOADS.read(message);
            throw new AssertionError("The message was taken");
        } catch (UndecodableMessageException e) {
            return e.code();
        }
    }

    private static ImageUpload upload(byte[] image) {
        return ImageUpload.newBuilder()
                .setId(ImageId.of(image))
                .setPlatform("test")
                .setUploadedAt(Instant.ofEpochMilli(1_700_000_000_123L))
                .setByteLength(image.length)
                .setBytes(ByteBuffer.wrap(image))
                .build();
    }
}
