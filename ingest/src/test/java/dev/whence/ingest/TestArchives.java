package dev.whence.ingest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Archives, honest and hostile. */
final class TestArchives {
    private TestArchives() {}

    /** Each member's content is its name. */
    static Path tar(Path archive, String... names) throws IOException {
        try (TarArchiveOutputStream tar = tarStream(archive)) {
            for (String name : names) {
                add(tar, name, name);
            }
        }
        return archive;
    }

    /** Ends after a header that claims more bytes than there are. */
    static Path tarClaiming(Path archive, long claimedBytes) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry("claims.png");
        entry.setSize(claimedBytes);
        byte[] header = new byte[512];
        entry.writeEntryHeader(header);
        return Files.write(archive, ByteBuffer.allocate(1024).put(header).array());
    }

    /** Begins with a member whose name, in a header of its own, has as many bytes as asked for. */
    static Path tarWithNameOf(int bytes, Path archive) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
        entry.setSize(bytes);
        byte[] header = new byte[512];
        entry.writeEntryHeader(header);
        byte[] name = "x".repeat(bytes).getBytes(StandardCharsets.US_ASCII);
        return Files.write(
                archive,
                ByteBuffer.allocate(header.length + bytes + 1024)
                        .put(header)
                        .put(name)
                        .array());
    }

    static Path tarWithLinksAndDevices(Path archive) throws IOException {
        try (TarArchiveOutputStream tar = tarStream(archive)) {
            byte[] kinds = {TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_CHR, TarConstants.LF_FIFO};
            for (byte kind : kinds) {
                TarArchiveEntry entry = new TarArchiveEntry("odd" + kind + ".png", kind);
                entry.setLinkName("/etc/passwd");
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
            add(tar, "plain.png", "plain");
        }
        return archive;
    }

    private static TarArchiveOutputStream tarStream(Path archive) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(Files.newOutputStream(archive), "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        return tar;
    }

    private static void add(TarArchiveOutputStream tar, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    /** Each member's content is its name. */
    static Path zip(Path archive, String... names) throws IOException {
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(archive)) {
            for (String name : names) {
                zip.putArchiveEntry(new ZipArchiveEntry(name));
                zip.write(name.getBytes(StandardCharsets.UTF_8));
                zip.closeArchiveEntry();
            }
        }
        return archive;
    }

    /** One member of zeros, a thousandth of their size in the archive. */
    static Path zipBomb(Path archive, int inflatedBytes) throws IOException {
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(archive)) {
            zip.putArchiveEntry(new ZipArchiveEntry("bomb.png"));
            writeZeros(zip, inflatedBytes);
            zip.closeArchiveEntry();
        }
        return archive;
    }

    /** The same, its central directory claiming another size. */
    static Path lyingZipBomb(Path archive, int inflatedBytes, int claimedBytes) throws IOException {
        byte[] bytes = Files.readAllBytes(zipBomb(archive, inflatedBytes));
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int directory = buffer.getInt(bytes.length - 22 + 16); // from the end record
        buffer.putInt(directory + 24, claimedBytes);
        return Files.write(archive, bytes);
    }

    static Path zipWithBrokenFirstMember(Path archive, String broken, String whole) throws IOException {
        byte[] bytes = Files.readAllBytes(zip(archive, broken, whole));
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes[30 + header.getShort(26) + header.getShort(28)] = (byte) 0xFF; // a reserved kind of deflate block
        return Files.write(archive, bytes);
    }

    private static void writeZeros(OutputStream out, int count) throws IOException {
        byte[] zeros = new byte[1 << 16];
        for (int left = count; left > 0; left -= zeros.length) {
            out.write(zeros, 0, Math.min(left, zeros.length));
        }
    }
}
