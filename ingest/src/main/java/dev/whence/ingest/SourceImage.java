package dev.whence.ingest;

import dev.whence.schemas.ErrorCode;

/**
 * One image of a source, or what stood in its place.
 *
 * @param path the file's path, or {@code ARCHIVE!/MEMBER}; to be shown, never to be opened
 * @param label name of the first folder inside the source that holds it, else of the source itself
 * @param content its bytes, or why there are none
 */
public record SourceImage(String path, String label, Content content) {

    /** What a source holds at a path. */
    public sealed interface Content {}

    /** The whole image as it is stored; nobody has looked at it yet. */
    public record Bytes(byte[] bytes) implements Content {}

    /**
     * There is something, but its bytes cannot be had.
     *
     * @param code {@link ErrorCode#UNREADABLE_INPUT} or {@link ErrorCode#TOO_MANY_BYTES}
     * @param message one sentence for a person
     */
    public record Unreadable(ErrorCode code, String message) implements Content {}
}
