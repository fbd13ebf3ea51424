package dev.whence.schemas.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.whence.schemas.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalBlobStoreTest {
    private static final byte[] BYTES = "test".getBytes(StandardCharsets.UTF_8);
    /** Known from sha256sum. */
    private static final String SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    @TempDir
    Path folder;

    private Path root;
    private LocalBlobStore store;

    @BeforeEach
    void makeStore() {
        root = folder.resolve("blobs");
        store = new LocalBlobStore(root);
    }

    @Test
    void givesBackWhatItWasGivenUnderItsHash() throws Exception {
        String uri = store.put(BYTES);

        assertThat(uri).isEqualTo("blob:" + SHA256);
        assertThat(store.get(uri, 4)).isEqualTo(BYTES);
        assertThat(root.resolve("9f/86/" + SHA256)).hasBinaryContent(BYTES);
    }

    @Test
    void keepsTheSameBytesOnceAndLeavesNothingUnfinished() throws Exception {
        store.put(BYTES);
        store.put(BYTES);

        try (Stream<Path> kept = Files.walk(root)) {
            assertThat(kept.filter(Files::isRegularFile)).hasSize(1);
        }
    }

    @Test
    void mendsABlobThatWasCutShort() throws Exception {
        String uri = store.put(BYTES);
        Files.write(place(), new byte[] {'t'});

        store.put(BYTES);

        assertThat(store.get(uri, 4)).isEqualTo(BYTES);
    }

    @Test
    void refusesABlobThatIsNotWhatItsNameSays() throws Exception {
        String uri = store.put(BYTES);
        Files.writeString(place(), "tost");

        assertThat(codeOf(uri)).isEqualTo(ErrorCode.HASH_MISMATCH);
    }

    @Test
    void readsNoMoreThanItMay() throws Exception {
        String uri = store.put(BYTES);

        assertThat(catchThrowableOfType(BlobUnavailableException.class, () -> store.get(uri, 3))
                        .code())
                .isEqualTo(ErrorCode.TOO_MANY_BYTES);
    }

    @Test
    void saysThatItHasNoSuchBlob() {
        assertThat(codeOf("blob:" + SHA256)).isEqualTo(ErrorCode.BLOB_UNAVAILABLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "blob:",
                "blob:../../../etc/passwd",
                "blob:9f/86/" + SHA256,
                "blob:" + SHA256 + "/../x",
                "blob:9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
                "file:///etc/passwd",
                "http://127.0.0.1/" + SHA256,
                SHA256
            })
    void resolvesNoOtherUri(String uri) throws IOException {
        Files.createDirectories(root);

        assertThat(codeOf(uri)).isEqualTo(ErrorCode.BLOB_UNAVAILABLE);
    }

    @Test
    void followsNoLinkOutOfItsRoot() throws Exception {
        Path secret = Files.write(folder.resolve("secret"), BYTES);
        Files.createDirectories(root.resolve("9f/86"));
        Files.createSymbolicLink(place(), secret);

        assertThat(codeOf("blob:" + SHA256)).isEqualTo(ErrorCode.BLOB_UNAVAILABLE);
    }

    @Test
    void saysThatItCannotBeWritten() throws Exception {
        Files.writeString(root, "a file where the store's folder should be");

        assertThat(List.of(catchThrowableOfType(BlobUnavailableException.class, () -> store.put(BYTES))
                        .code()))
                .containsExactly(ErrorCode.BLOB_UNAVAILABLE);
    }

    private Path place() {
        return root.resolve("9f/86/" + SHA256);
    }

    private ErrorCode codeOf(String uri) {
        return catchThrowableOfType(BlobUnavailableException.class, () -> store.get(uri, 100))
                .code();
    }
}
