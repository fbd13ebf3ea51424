package dev.whence.vectorstore;

/** A reference collection could not be read or written. The message says what to do. */
public final class ReferenceStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, for callers that count or decide. */
    public enum Reason {
        /** There is no such collection. */
        MISSING,
        /** A collection is there already. */
        EXISTS,
        /** A file is not what the manifest says it is. */
        CORRUPT,
        /** Written by a version of Whence that this one does not know. */
        UNKNOWN_FORMAT,
        /** Another writer is changing the collection: the same call can succeed when it has ended. */
        BUSY,
        /** The server does not answer: the same call can succeed when it does again. */
        UNAVAILABLE,
        /** The server can't do what was asked. */
        REFUSED,
        /** The disk, the operating system, ONNX Runtime or the server failed. */
        FAILED
    }

    private final Reason reason;

    public ReferenceStoreException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public ReferenceStoreException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
