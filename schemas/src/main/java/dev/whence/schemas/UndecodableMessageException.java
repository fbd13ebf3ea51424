package dev.whence.schemas;

import org.jspecify.annotations.NullMarked;

/**
 * These bytes are no message of the contract; the message says why in one sentence. Unchecked, because Kafka's
 * deserializers may throw nothing else.
 */
@NullMarked
public final class UndecodableMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    UndecodableMessageException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    UndecodableMessageException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** {@link ErrorCode#EMPTY_MESSAGE} or {@link ErrorCode#UNDECODABLE_MESSAGE}. */
    public ErrorCode code() {
        return code;
    }
}
