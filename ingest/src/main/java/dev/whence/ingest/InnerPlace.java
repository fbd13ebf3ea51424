package dev.whence.ingest;

import java.io.IOException;

/** A folder or an archive that is entered when its turn comes. */
record InnerPlace(String path, String label, boolean isSideFile, Opening opening) implements Members.Place {

    @Override
    public Members enter() throws IOException {
        return opening.open();
    }

    /** Opens it. */
    @FunctionalInterface
    interface Opening {
        Members open() throws IOException;
    }
}
