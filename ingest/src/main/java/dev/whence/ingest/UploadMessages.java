package dev.whence.ingest;

import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.ImageId;
import dev.whence.schemas.ImageUpload;
import dev.whence.schemas.SingleObject;
import dev.whence.schemas.Topic;
import dev.whence.schemas.blob.BlobStore;
import dev.whence.schemas.blob.BlobUnavailableException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Turns an image into its message: an upload, or a dead letter if it is empty, unreadable or by its first bytes of no
 * format that can be attributed. The decoder looks again later, and closer.
 */
public final class UploadMessages {
    /** Longest name that is passed on, in characters; of a longer one the end is kept. */
    static final int MAX_NAME_CHARS = 255;

    private final String platform;
    private final BlobStore blobs;
    private final Clock clock;
    private final RandomGenerator random;

    /**
     * @param platform where the images were seen
     * @param blobs takes images that are too long for a message
     */
    public UploadMessages(String platform, BlobStore blobs, Clock clock, RandomGenerator random) {
        this.platform = platform;
        this.blobs = blobs;
        this.clock = clock;
        this.random = random;
    }

    /** The message of this image. */
    public UploadMessage of(SourceImage image) {
        if (image.content() instanceof SourceImage.Unreadable unreadable) {
            return deadLetter(image, unreadable.code(), unreadable.message(), Optional.empty());
        }
        byte[] bytes = ((SourceImage.Bytes) image.content()).bytes();
        Optional<String> id = Optional.of(ImageId.of(bytes));
        if (bytes.length == 0) {
            return deadLetter(image, ErrorCode.EMPTY_IMAGE, "The image has no bytes", id);
        }
        Optional<ImageFormat> format = ImageFormat.of(bytes);
        if (format.isEmpty()) {
            return deadLetter(image, ErrorCode.UNSUPPORTED_FORMAT, "The bytes are neither PNG, JPEG, WebP nor GIF", id);
        }
        try {
            return upload(image, id.get(), bytes, format.get());
        } catch (BlobUnavailableException e) {
            return deadLetter(image, e.code(), String.valueOf(e.getMessage()), id);
        }
    }

    private UploadMessage upload(SourceImage image, String id, byte[] bytes, ImageFormat format)
            throws BlobUnavailableException {
        ImageUpload.Builder upload = ImageUpload.newBuilder()
                .setId(id)
                .setPlatform(platform)
                .setName(nameOf(image))
                .setUploadedAt(clock.instant())
                .setContentType(format.mediaType())
                .setByteLength(bytes.length)
                .setTraceparent(Traceparent.random(random));
        if (bytes.length <= ImagePublisher.MAX_INLINE_BYTES) {
            upload.setBytes(ByteBuffer.wrap(bytes));
        } else {
            upload.setUri(blobs.put(bytes));
        }
        return new UploadMessage(Topic.IMAGES, id, SingleObject.encode(upload.build()), Optional.empty(), bytes.length);
    }

    private UploadMessage deadLetter(SourceImage image, ErrorCode code, String message, Optional<String> id) {
        DeadLetter letter = DeadLetter.newBuilder()
                .setImageId(id.orElse(null))
                .setCode(code.name())
                .setMessage(message)
                .setStage(ImagePublisher.STAGE)
                .setPlatform(platform)
                .setName(nameOf(image))
                .setFailedAt(clock.instant())
                .setTraceparent(Traceparent.random(random))
                .build();
        return new UploadMessage(
                Topic.DEAD_LETTERS, id.orElse(letter.getName()), SingleObject.encode(letter), Optional.of(code), 0);
    }

    private static String nameOf(SourceImage image) {
        String name = MemberName.printable(image.path());
        return name.length() <= MAX_NAME_CHARS ? name : "…" + name.substring(name.length() - MAX_NAME_CHARS + 1);
    }
}
