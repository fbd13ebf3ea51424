package dev.whence.schemas.blob;

import dev.whence.schemas.ErrorCode;

/** A blob could not be kept or fetched; the message says why in one sentence. */
public final class BlobUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public BlobUnavailableException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    public BlobUnavailableException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /**
     * {@link ErrorCode#BLOB_UNAVAILABLE}, {@link ErrorCode#TOO_MANY_BYTES} or {@link ErrorCode#HASH_MISMATCH}.
     */
    public ErrorCode code() {
        return code;
    }
}
