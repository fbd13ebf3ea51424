package dev.whence.stream.engine;

import dev.whence.schemas.ErrorCode;
import java.util.Optional;

/** The message is at fault; its own message is one sentence for a person and holds none of the image's bytes. */
final class RejectedMessageException extends Exception {
    private final ErrorCode code;
    private final transient Optional<UploadHead> head;

    RejectedMessageException(ErrorCode code, String message, Optional<UploadHead> head, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.head = head;
    }

    RejectedMessageException(ErrorCode code, String message, Optional<UploadHead> head) {
        super(message);
        this.code = code;
        this.head = head;
    }

    ErrorCode code() {
        return code;
    }

    /** What is known of the upload; empty where not even that could be read. */
    Optional<UploadHead> head() {
        return head;
    }
}
