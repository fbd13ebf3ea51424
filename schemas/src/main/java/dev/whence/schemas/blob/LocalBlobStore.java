package dev.whence.schemas.blob;

import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.ImageId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Blobs in a local folder: {@code ROOT/ab/cd/abcd...}, named by their hash. A blob appears whole or not at all, since it
 * is written beside its place and then moved there; several processes may share a root. Where the root vanishes under a store
 * that was {@linkplain #open opened}, the store is away, not the blob.
 */
public final class LocalBlobStore implements BlobStore {
    private static final String SCHEME = "blob:";

    private final Path root;
    private final boolean opened;

    /** @param root the store's folder, created when the first blob is put */
    public LocalBlobStore(Path root) {
        this(root, false);
    }

    private LocalBlobStore(Path root, boolean opened) {
        this.root = root.toAbsolutePath().normalize();
        this.opened = opened;
    }

    /**
     * A store whose folder is there, created if it has to be.
     *
     * @throws UncheckedIOException if it cannot be created
     */
    public static LocalBlobStore open(Path root) {
        try {
            Files.createDirectories(root);
            return new LocalBlobStore(root, true);
        } catch (IOException e) {
            throw new UncheckedIOException("The folder of the blob store, %s, cannot be created".formatted(root), e);
        }
    }

    @Override
    public String put(byte[] bytes) throws BlobUnavailableException {
        String id = ImageId.of(bytes);
        try {
            if (!isKept(folder(id).resolve(id), bytes.length)) {
                write(id, bytes);
            }
        } catch (IOException e) {
            throw new BlobUnavailableException(
                    ErrorCode.BLOB_UNAVAILABLE, "The blob store at %s cannot be written: %s".formatted(root, e), e);
        }
        return SCHEME + id;
    }

    @Override
    public byte[] get(String uri, int maxBytes) throws BlobUnavailableException {
        String id = uri.startsWith(SCHEME) ? uri.substring(SCHEME.length()) : "";
        if (!ImageId.isValid(id)) {
            throw new BlobUnavailableException(
                    ErrorCode.BLOB_UNAVAILABLE, "The uri is not 'blob:' and a SHA-256 of 64 lower-case hex digits");
        }
        byte[] bytes = read(id, maxBytes);
        if (!ImageId.of(bytes).equals(id)) {
            throw new BlobUnavailableException(
                    ErrorCode.HASH_MISMATCH, "The blob store holds other bytes under %s than it should".formatted(uri));
        }
        return bytes;
    }

    private byte[] read(String id, int maxBytes) throws BlobUnavailableException {
        try (InputStream in = Files.newInputStream(folder(id).resolve(id), LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(maxBytes);
            if (in.read() >= 0) {
                throw new BlobUnavailableException(
                        ErrorCode.TOO_MANY_BYTES, "The blob %s has more than %d bytes".formatted(id, maxBytes));
            }
            return bytes;
        } catch (NoSuchFileException e) {
            requireRoot(e);
            throw new BlobUnavailableException(
                    ErrorCode.BLOB_UNAVAILABLE, "The blob store has no blob %s".formatted(id), e);
        } catch (IOException e) {
            requireRoot(e);
            throw new BlobUnavailableException(
                    ErrorCode.BLOB_UNAVAILABLE, "The blob %s cannot be read: %s".formatted(id, e), e);
        }
    }

    private void requireRoot(IOException cause) {
        if (opened && !Files.isDirectory(root)) {
            throw new BlobStoreAwayException("The folder of the blob store, %s, is gone".formatted(root), cause);
        }
    }

    private static boolean isKept(Path place, long length) throws IOException {
        return Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS) && Files.size(place) == length;
    }

    private void write(String id, byte[] bytes) throws IOException {
        Path folder = Files.createDirectories(folder(id));
        Path unfinished = folder.resolve("unfinished-" + UUID.randomUUID());
        try {
            try (FileChannel file =
                    FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    file.write(rest);
                }
                file.force(true);
            }
            Files.move(unfinished, folder.resolve(id), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private Path folder(String id) {
        return root.resolve(id.substring(0, 2)).resolve(id.substring(2, 4));
    }
}
