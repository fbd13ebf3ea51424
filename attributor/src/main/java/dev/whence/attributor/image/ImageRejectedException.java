package dev.whence.attributor.image;

/** These bytes are no image that can be attributed; the message is one sentence for a person. */
public final class ImageRejectedException extends Exception {
    private final Reason reason;

    public ImageRejectedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public ImageRejectedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** Why; the names are those of the dead letters' error codes. */
    public enum Reason {
        /** No bytes at all. */
        EMPTY_IMAGE,
        /** More bytes than the limit. */
        TOO_MANY_BYTES,
        /** The header declares more pixels, or longer sides, than the limits. */
        TOO_MANY_PIXELS,
        /** Neither PNG, JPEG, WebP nor GIF, or a variant no decoder here reads. */
        UNSUPPORTED_FORMAT,
        /** The header promises an image that the rest does not hold. */
        CORRUPT_IMAGE
    }
}
