package dev.whence.ingest;

import dev.whence.schemas.ErrorCode;
import java.util.Optional;

/** Hears of every image that is on its way; called by the publishing thread. */
@FunctionalInterface
public interface PublishingListener {

    /** @param rejected why it became a dead letter; empty if it was published */
    void handled(SourceImage image, Optional<ErrorCode> rejected);
}
