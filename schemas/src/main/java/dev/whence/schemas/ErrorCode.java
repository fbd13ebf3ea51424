package dev.whence.schemas;

import org.jspecify.annotations.NullMarked;

/** Why something failed: the code of a dead letter and the label of a metric. Names are part of the contract. */
@NullMarked
public enum ErrorCode {
    /** The image has no bytes at all. */
    EMPTY_IMAGE(Kind.POISON),
    /** The image has more bytes than the limit. */
    TOO_MANY_BYTES(Kind.POISON),
    /** The image's header declares more pixels, or longer sides, than the limits. */
    TOO_MANY_PIXELS(Kind.POISON),
    /** The bytes are neither PNG, JPEG, WebP nor GIF, or a variant that no decoder here reads. */
    UNSUPPORTED_FORMAT(Kind.POISON),
    /** The image's header promises an image that the rest does not hold. */
    CORRUPT_IMAGE(Kind.POISON),
    /** The message has no value, or one of no bytes. */
    EMPTY_MESSAGE(Kind.POISON),
    /** Kafka had deleted the message when a job that started again came to attribute it. */
    MESSAGE_GONE(Kind.POISON),
    /** The message is not of the Avro contract, or was written with a schema that nobody here knows. */
    UNDECODABLE_MESSAGE(Kind.POISON),
    /** The upload's id is not the SHA-256 of its bytes. */
    HASH_MISMATCH(Kind.POISON),
    /** The upload has neither bytes nor a uri. */
    NO_IMAGE(Kind.POISON),
    /** The blob store has not the bytes that the upload's uri names, or could not be asked. */
    BLOB_UNAVAILABLE(Kind.RETRYABLE),
    /** Ingest could not read a file or a member of an archive. */
    UNREADABLE_INPUT(Kind.POISON),
    /** A change of the model names a bundle or a reference that cannot be opened here, or is not the one that was meant. */
    MODEL_REFUSED(Kind.POISON),
    /** Something failed that is not the input's fault: a defect here, to be reported. */
    INTERNAL(Kind.FATAL);

    /** Header of every dead letter on Kafka: the code's name in UTF-8, for consumers that read no Avro. */
    public static final String HEADER = "whence-error-code";

    private final Kind kind;

    ErrorCode(Kind kind) {
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** What a second try would do. */
    public enum Kind {
        /** May succeed when tried again. */
        RETRYABLE,
        /** The input is at fault: it fails every time and becomes a dead letter. */
        POISON,
        /** The program is at fault: stop or report, never retry in silence. */
        FATAL
    }
}
