package dev.whence.vectorstore;

import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A file of a collection as its manifest lists it.
 *
 * @param name name inside the collection's folder: letters, digits, points and dashes only, so it can't lead outside
 * @param bytes its length
 * @param sha256 SHA-256 of its content, hex
 */
record StoredFile(String name, long bytes, String sha256) {
    private static final Pattern NAME = Pattern.compile("[a-z]+-[0-9]{6}\\.[a-z0-9]+");

    StoredFile {
        if (!NAME.matcher(name).matches() || bytes < 0 || !Sha256.isHex(sha256)) {
            throw new IllegalArgumentException("the entry of a file is malformed: " + name);
        }
    }

    /** @throws ReferenceStoreException unless the file is there with its full length */
    void checkLength(Path folder) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw corrupt(file, "is missing");
        }
        long actual = Files.size(file);
        if (actual != bytes) {
            throw corrupt(file, "has " + actual + " bytes where the manifest says " + bytes);
        }
    }

    /** @throws ReferenceStoreException unless the file's content is what was written */
    void checkContent(Path folder) throws IOException {
        checkLength(folder);
        Path file = folder.resolve(name);
        MessageDigest digest = Sha256.newDigest();
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(buffer) >= 0) {
                digest.update(buffer.flip());
                buffer.clear();
            }
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(sha256)) {
            throw corrupt(file, "differs from its SHA-256 in the manifest");
        }
    }

    private static ReferenceStoreException corrupt(Path file, String how) {
        return new ReferenceStoreException(
                Reason.CORRUPT, "The file " + file + " of a reference collection " + how + ": restore or rebuild it.");
    }

    /** Writes a new file, hashes it on the way, and forces it to disk. */
    static final class Writer implements AutoCloseable {
        private final String name;
        private final FileChannel channel;
        private final MessageDigest digest = Sha256.newDigest();
        private long bytes;

        Writer(Path folder, String name) throws IOException {
            this.name = name;
            this.channel = FileChannel.open(
                    folder.resolve(name),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
        }

        /** Writes what remains in the buffer and leaves it empty for the next fill. */
        void write(ByteBuffer buffer) throws IOException {
            buffer.flip();
            digest.update(buffer.duplicate());
            bytes += buffer.remaining();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        }

        StoredFile finish() throws IOException {
            channel.force(true);
            return new StoredFile(name, bytes, HexFormat.of().formatHex(digest.digest()));
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
