package dev.whence.schemas.blob;

/** The blob store itself is not there: nothing can be said of any blob, and it may come back. */
public final class BlobStoreAwayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BlobStoreAwayException(String message, Throwable cause) {
        super(message, cause);
    }
}
