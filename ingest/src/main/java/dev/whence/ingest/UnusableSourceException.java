package dev.whence.ingest;

import java.io.IOException;

/** This path is no source of images; the message says in one sentence what to give instead. */
public final class UnusableSourceException extends IOException {
    private static final long serialVersionUID = 1L;

    UnusableSourceException(String message) {
        super(message);
    }
}
