package dev.whence.stream.engine;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.image.ImageLimits;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.ImageId;
import dev.whence.schemas.ImageUpload;
import dev.whence.schemas.SingleObjectReader;
import dev.whence.schemas.UndecodableMessageException;
import dev.whence.schemas.blob.BlobStore;
import dev.whence.schemas.blob.BlobStoreAwayException;
import dev.whence.schemas.blob.BlobUnavailableException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.imageio.ImageIO;

/** From a raw message to canonical pixels. Every byte is a stranger's until its hash was checked and its image decoded. */
final class Intake {
    private static final int SAMPLE_SIDE = 64;
    private static final SingleObjectReader<ImageUpload> UPLOADS = SingleObjectReader.of(ImageUpload.class);

    private final ImageAttributor attributor;
    private final BlobStore blobs;

    Intake(ImageAttributor attributor, BlobStore blobs) {
        this.attributor = attributor;
        this.blobs = blobs;
    }

    /**
     * The image of the message. Its encoded bytes are garbage once this returns.
     *
     * @throws BlobStoreAwayException if it is in the blob store and that is not there
     */
    Admitted admit(RawMessage message) throws RejectedMessageException {
        ImageUpload upload = read(message);
        UploadHead head = UploadHead.of(upload);
        byte[] encoded = encoded(upload, head);
        String hash = ImageId.of(encoded);
        if (!hash.equals(upload.getId())) {
            throw new RejectedMessageException(
                    ErrorCode.HASH_MISMATCH,
                    "The upload's id is not the SHA-256 of its bytes, which is %s".formatted(hash),
                    Optional.of(head));
        }
        try {
            return new Admitted(hash, head, attributor.canonical(encoded));
        } catch (ImageRejectedException e) {
            throw new RejectedMessageException(
                    ErrorCode.valueOf(e.reason().name()), String.valueOf(e.getMessage()), Optional.of(head), e);
        } catch (RuntimeException | StackOverflowError e) {
            throw new RejectedMessageException(
                    ErrorCode.INTERNAL, "The decoder failed on this image: " + e, Optional.of(head), e);
        }
    }

    /** Whether the decoder can decode at all. */
    boolean decodes() {
        try {
            attributor.canonical(sample());
            return true;
        } catch (ImageRejectedException | RuntimeException e) {
            return false;
        }
    }

    /** An image that every decoder reads. */
    private static byte[] sample() {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(new BufferedImage(SAMPLE_SIDE, SAMPLE_SIDE, BufferedImage.TYPE_INT_RGB), "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return png.toByteArray();
    }

    private static ImageUpload read(RawMessage message) throws RejectedMessageException {
        try {
            return UPLOADS.read(message.value());
        } catch (UndecodableMessageException e) {
            throw new RejectedMessageException(e.code(), String.valueOf(e.getMessage()), Optional.empty(), e);
        }
    }

    private byte[] encoded(ImageUpload upload, UploadHead head) throws RejectedMessageException {
        ByteBuffer inline = upload.getBytes();
        if (inline != null) {
            byte[] bytes = new byte[inline.remaining()];
            inline.duplicate().get(bytes);
            return bytes;
        }
        String uri = upload.getUri();
        if (uri == null) {
            throw new RejectedMessageException(
                    ErrorCode.NO_IMAGE, "The upload has neither bytes nor a uri", Optional.of(head));
        }
        try {
            return blobs.get(uri, ImageLimits.DEFAULT.maxBytes());
        } catch (BlobUnavailableException e) {
            throw new RejectedMessageException(e.code(), String.valueOf(e.getMessage()), Optional.of(head), e);
        }
    }

    /**
     * An image that can be attributed.
     *
     * @param id SHA-256 of the encoded bytes
     */
    record Admitted(String id, UploadHead head, CanonicalImage image) {}
}
