package dev.whence.ingest;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/** A .tar, read from front to back. */
final class TarMembers implements Members {
    private final Path archive;
    private final Function<MemberName, String> label;
    private final MarkedTar tar;
    private long passedOver;

    /** @param label gives a member's label */
    TarMembers(Path archive, Function<MemberName, String> label) throws IOException {
        this.archive = archive;
        this.label = label;
        this.tar = new MarkedTar(new BufferedInputStream(Files.newInputStream(archive)));
    }

    @Override
    public Optional<Entry> next() throws IOException {
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            if (isContent(entry)) {
                return Optional.of(new TarMember(entry));
            }
            if (!entry.isDirectory()) {
                passedOver++;
            }
        }
        if (!tar.endMarkSeen) {
            throw new EOFException("it ends without the mark at the end of every tar, so something is missing");
        }
        return Optional.empty();
    }

    private static boolean isContent(TarArchiveEntry entry) {
        return entry.isFile()
                && !entry.isSymbolicLink()
                && !entry.isLink()
                && !entry.isCharacterDevice()
                && !entry.isBlockDevice()
                && !entry.isFIFO();
    }

    @Override
    public long passedOver() {
        return passedOver;
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }

    /** Tells an archive that has ended from one that has been cut between two members, or is none. */
    private static final class MarkedTar extends TarArchiveInputStream {
        private boolean endMarkSeen;

        MarkedTar(InputStream in) {
            super(in, "UTF-8");
        }

        @Override
        protected boolean isEOFRecord(byte @Nullable [] block) {
            boolean end = super.isEOFRecord(block);
            endMarkSeen |= end && block != null;
            return end;
        }
    }

    private final class TarMember implements Member {
        private final TarArchiveEntry entry;

        TarMember(TarArchiveEntry entry) {
            this.entry = entry;
        }

        @Override
        public boolean isSideFile() {
            return new MemberName(entry.getName()).isSideFile();
        }

        @Override
        public String path() {
            return archive + "!/" + MemberName.printable(entry.getName());
        }

        @Override
        public String label() {
            return label.apply(new MemberName(entry.getName()));
        }

        @Override
        public long declaredBytes() {
            return entry.getRealSize();
        }

        @Override
        public byte[] read(int maxBytes) throws IOException {
            if (!tar.canReadEntryData(entry)) {
                throw new IOException("its kind of storage is not supported");
            }
            return tar.readNBytes(maxBytes);
        }
    }
}
