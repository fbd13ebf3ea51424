package dev.whence.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file on disk. */
record FileMember(Path file, String label, boolean isSideFile) implements Members.Member {

    @Override
    public String path() {
        return MemberName.printable(file.toString());
    }

    @Override
    public long declaredBytes() throws IOException {
        return Files.size(file);
    }

    @Override
    public byte[] read(int maxBytes) throws IOException {
        try (InputStream content = Files.newInputStream(file)) {
            return content.readNBytes(maxBytes);
        }
    }

    /** This file and nothing else, as if it lay alone in a folder. */
    Members alone() {
        return new Members() {
            private Optional<Entry> rest = Optional.of(FileMember.this);

            @Override
            public Optional<Entry> next() {
                Optional<Entry> only = rest;
                rest = Optional.empty();
                return only;
            }

            @Override
            public long passedOver() {
                return 0;
            }

            @Override
            public void close() {}
        };
    }
}
