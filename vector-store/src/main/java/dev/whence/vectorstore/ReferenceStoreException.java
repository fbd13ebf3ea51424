package dev.whence.vectorstore;

/** A reference collection could not be read or written. The message says what to do. */
public final class ReferenceStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, for callers that count or decide. */
    public enum Reason {
        /** There is no collection in the folder. */
        MISSING,
        /** A collection is there already. */
        EXISTS,
        /** A file is not what the manifest says it is. */
        CORRUPT,
        /** Written by a version of Whence that this one does not know. */
        UNKNOWN_FORMAT,
        /** Another writer is adding to the collection. */
        BUSY,
        /** The disk, the operating system or ONNX Runtime refused. */
        FAILED
    }

    private final Reason reason;

    ReferenceStoreException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    ReferenceStoreException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
