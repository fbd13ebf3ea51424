package dev.whence.ingest;

import java.io.IOException;
import java.util.Optional;

/** What a folder or an archive holds, one entry after the other, their content untouched unless asked for. */
interface Members extends AutoCloseable {

    /**
     * Steps to the next entry; the one before can no longer be read.
     *
     * @throws IOException if the place cannot be read any further
     */
    Optional<Entry> next() throws IOException;

    /** Entries passed over, since they can hold no image: links out of a folder, devices and the like. */
    long passedOver();

    @Override
    void close() throws IOException;

    /** A file, or a place inside the place. */
    sealed interface Entry {
        /** For people to read. */
        String path();

        /** The label of this entry, or of what is in it. */
        String label();

        /** Whether its name says that it is no input. */
        boolean isSideFile();
    }

    /** Something with bytes. */
    non-sealed interface Member extends Entry {
        /** Size that the place declares, in bytes; -1 if it does not. A claim, not a fact. */
        long declaredBytes() throws IOException;

        /** The first bytes, all of them if there are no more than asked for. */
        byte[] read(int maxBytes) throws IOException;
    }

    /** A folder, or an archive in a folder. */
    non-sealed interface Place extends Entry {
        Members enter() throws IOException;
    }
}
