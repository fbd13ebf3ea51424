package dev.whence.ingest;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;
import org.jspecify.annotations.Nullable;

/** A .tar, read from front to back. */
final class TarMembers implements Members {
    /** Longest name or extended header of a member. */
    private static final int MAX_HEADER_BYTES = 1 << 20;

    private final Path archive;
    private final Function<MemberName, String> label;
    private final GuardedTar tar;
    private long passedOver;

    /** @param label gives a member's label */
    TarMembers(Path archive, Function<MemberName, String> label) throws IOException {
        this.archive = archive;
        this.label = label;
        this.tar = new GuardedTar(new BufferedInputStream(Files.newInputStream(archive)));
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

    /**
     * Tells an archive that has ended from one that has been cut between two members, or is none; and refuses names
     * and other headers that would fill the memory, since these are read whole.
     */
    private static final class GuardedTar extends TarArchiveInputStream {
        private static final Set<Byte> READ_WHOLE = Set.of(
                TarConstants.LF_GNUTYPE_LONGNAME,
                TarConstants.LF_GNUTYPE_LONGLINK,
                TarConstants.LF_PAX_EXTENDED_HEADER_LC,
                TarConstants.LF_PAX_EXTENDED_HEADER_UC,
                TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER);
        private static final int TYPE_AT = 156;
        private static final int SIZE_AT = 124;

        private boolean endMarkSeen;

        GuardedTar(InputStream in) {
            super(in, "UTF-8");
        }

        @Override
        protected byte @Nullable [] readRecord() throws IOException {
            byte[] block = super.readRecord();
            if (block != null
                    && READ_WHOLE.contains(block[TYPE_AT])
                    && TarUtils.parseOctalOrBinary(block, SIZE_AT, TarConstants.SIZELEN) > MAX_HEADER_BYTES) {
                throw new IOException("one of its headers is longer than %d bytes".formatted(MAX_HEADER_BYTES));
            }
            return block;
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
