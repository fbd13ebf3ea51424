package dev.whence.ingest;

import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.Topic;
import java.util.Optional;

/**
 * What an image becomes on Kafka.
 *
 * @param rejected why it is a dead letter; empty for an upload
 * @param imageBytes length of the image, 0 for a dead letter
 */
public record UploadMessage(Topic topic, String key, byte[] value, Optional<ErrorCode> rejected, long imageBytes) {}
