package dev.whence.ingest;

import dev.whence.schemas.ErrorCode;
import java.util.Map;

/**
 * What became of a source's images: each was published or is a dead letter.
 *
 * @param published uploads on whence.images, all acknowledged
 * @param deadLetters dead letters by code, all acknowledged; codes that did not occur are left out
 * @param skipped files and members that are no images by their name or kind
 * @param bytes bytes of the published images
 */
public record PublishingResult(long published, Map<ErrorCode, Long> deadLetters, long skipped, long bytes) {
    public PublishingResult {
        deadLetters = Map.copyOf(deadLetters);
    }

    /** How many images the source delivered. */
    public long images() {
        return published
                + deadLetters.values().stream().mapToLong(Long::longValue).sum();
    }
}
