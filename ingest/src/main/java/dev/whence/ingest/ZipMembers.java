package dev.whence.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Optional;
import java.util.function.Function;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** A .zip, read through its central directory in the order in which its members lie. */
final class ZipMembers implements Members {
    private final Path archive;
    private final Function<MemberName, String> label;
    private final ZipFile zip;
    private final Enumeration<ZipArchiveEntry> entries;
    private long passedOver;

    /** @param label gives a member's label */
    ZipMembers(Path archive, Function<MemberName, String> label) throws IOException {
        this.archive = archive;
        this.label = label;
        this.zip = ZipFile.builder().setPath(archive).get();
        this.entries = zip.getEntriesInPhysicalOrder();
    }

    @Override
    public Optional<Entry> next() {
        while (entries.hasMoreElements()) {
            ZipArchiveEntry entry = entries.nextElement();
            if (entry.isDirectory()) {
                continue;
            }
            if (!entry.isUnixSymlink()) {
                return Optional.of(new ZipMember(entry));
            }
            passedOver++;
        }
        return Optional.empty();
    }

    @Override
    public long passedOver() {
        return passedOver;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private final class ZipMember implements Member {
        private final ZipArchiveEntry entry;

        ZipMember(ZipArchiveEntry entry) {
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
            return entry.getSize();
        }

        @Override
        public byte[] read(int maxBytes) throws IOException {
            if (!zip.canReadEntryData(entry)) {
                throw new IOException("it is encrypted or packed by a method that is not supported");
            }
            try (InputStream content = zip.getInputStream(entry)) {
                return content.readNBytes(maxBytes);
            }
        }
    }
}
