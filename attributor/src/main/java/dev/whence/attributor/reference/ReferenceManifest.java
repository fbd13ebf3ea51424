package dev.whence.attributor.reference;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.whence.attributor.image.Framing;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.space.EncoderDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@code reference.json}.
 *
 * @param format version of this layout; 1 had no more than the first seven fields, 2 no spaces but the built-in ones
 * @param version first 12 digits of the hash
 * @param sha256 hash over the spaces, the framing unless it is resize, and the images in their order at the build: the same images in the same spaces are
 *     the same reference, on whatever machine it was built and in whatever engine it is. Withdrawals leave it as it is
 * @param size side length of the canonical images, in pixels
 * @param framing how images came to that size; resize in references that do not say so
 * @param images how many were built in, the withdrawn ones among them
 * @param crops of all those images together, each a vector; null: one of each
 * @param builtAt when the vectors were written where they are, ISO 8601; null in format 1
 * @param milvus where the vectors are; null: in a folder for each space, beside this file
 * @param withdrawals images that are neighbours no more
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ReferenceManifest(
        int format,
        String name,
        String version,
        String sha256,
        int size,
        Framing framing,
        long images,
        @Nullable Long crops,
        List<Space> spaces,
        @Nullable String builtAt,
        @Nullable Milvus milvus,
        List<Withdrawal> withdrawals) {
    static final String FILE = "reference.json";
    private static final int FORMAT = 3;
    private static final int FIRST_FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * A space of another name than the built-in ones is of an encoder, which is in the folder {@code encoders/NAME}.
     *
     * @param graphSha256 hash of what embeds in this space alone: the graph, or an encoder's description and graph
     */
    record Space(String name, int dimension, String graphSha256) {
        Space {
            if (!EmbeddingSpace.isBuiltIn(name)) {
                EncoderDescription.requireName(name);
            }
        }
    }

    /**
     * @param uri of the server, without credentials
     * @param collections of each space, by its name
     */
    record Milvus(String uri, Map<String, Place> collections) {}

    /**
     * @param collection this build's own
     * @param alias of the reference's version: points to its newest build on the server
     */
    record Place(String collection, String alias) {}

    /**
     * @param at ISO 8601
     * @param count how many images
     * @param ids of all their vectors
     */
    record Withdrawal(String at, int count, List<String> ids) {}

    ReferenceManifest {
        // Jackson passes null for what older references lack.
        framing = Objects.requireNonNullElse(framing, Framing.RESIZE);
        withdrawals = List.copyOf(Objects.requireNonNullElse(withdrawals, List.of()));
    }

    /** A new one of vectors beside it. */
    static ReferenceManifest of(
            String name, String sha256, int size, Framing framing, long images, long crops, List<Space> spaces) {
        return new ReferenceManifest(
                FORMAT,
                name,
                sha256.substring(0, 12),
                sha256,
                size,
                framing,
                images,
                crops == images ? null : crops,
                spaces,
                Instant.now().toString(),
                null,
                List.of());
    }

    /** The same images, written elsewhere. */
    ReferenceManifest in(@Nullable Milvus place) {
        return new ReferenceManifest(
                FORMAT,
                name,
                version,
                sha256,
                size,
                framing,
                images,
                crops,
                spaces,
                Instant.now().toString(),
                place,
                withdrawals);
    }

    /**
     * The same with some images withdrawn as well.
     *
     * @param count how many
     * @param ids of all their vectors
     */
    ReferenceManifest without(int count, Collection<String> ids) {
        List<Withdrawal> all = new ArrayList<>(withdrawals);
        all.add(new Withdrawal(Instant.now().toString(), count, List.copyOf(ids)));
        return new ReferenceManifest(
                FORMAT, name, version, sha256, size, framing, images, crops, spaces, builtAt, milvus, all);
    }

    /** Ids of vectors. */
    Set<String> withdrawn() {
        Set<String> ids = new TreeSet<>();
        withdrawals.forEach(withdrawal -> ids.addAll(withdrawal.ids()));
        return ids;
    }

    /** Vectors that every collection must hold. */
    long vectors() {
        return (crops == null ? images : crops) - withdrawn().size();
    }

    long withdrawnImages() {
        return withdrawals.stream().mapToLong(Withdrawal::count).sum();
    }

    /** Images that are neighbours. */
    long remainingImages() {
        return images - withdrawnImages();
    }

    Optional<Milvus> onServer() {
        return Optional.ofNullable(milvus);
    }

    /** @throws IllegalArgumentException when the folder holds none, or none this version can read */
    static ReferenceManifest read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    "%s holds no reference: build one with 'whence reference build'".formatted(folder));
        }
        ReferenceManifest manifest;
        try {
            manifest = JSON.readValue(file.toFile(), ReferenceManifest.class);
        } catch (IOException e) {
            throw new IllegalArgumentException("%s cannot be read: build the reference again".formatted(file), e);
        }
        if (manifest.format < FIRST_FORMAT || manifest.format > FORMAT) {
            throw new IllegalArgumentException(
                    "%s has format %d, this version reads up to %d: build the reference again"
                            .formatted(file, manifest.format, FORMAT));
        }
        return manifest;
    }

    /** Replaces the file in one step that is on disk when this returns. */
    void write(Path folder) {
        Path temporary = folder.resolve(FILE + ".tmp");
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(this));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("%s could not be written".formatted(folder.resolve(FILE)), e);
        }
    }
}
