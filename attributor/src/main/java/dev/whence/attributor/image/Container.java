package dev.whence.attributor.image;

import dev.whence.attributor.image.ImageRejectedException.Reason;
import java.util.Optional;

/**
 * What is around the compressed pixels of an image, after its structure was walked from end to end.
 *
 * @param width canvas width; an animation's first frame may cover a part of it only
 * @param height canvas height
 * @param frame where on the canvas the decoded pixels belong
 * @param orientation how the stored pixels must be turned to be seen upright
 * @param colours what the decoded samples mean, where the container says it and not the decoder
 * @param bytesPerPixel what the decoder of this variant holds for every pixel of the frame
 * @param essence a file of the same format with nothing in it but what the pixels need: no text, no profiles, no previews, no second frame
 */
record Container(
        int width,
        int height,
        Frame frame,
        Orientation orientation,
        Optional<SampleColours> colours,
        int bytesPerPixel,
        byte[] essence) {

    /** What a decoder of the JDK holds at most: 16 bits a channel, or the coefficients and samples of a progressive JPEG. */
    static final int ORDINARY_BYTES_PER_PIXEL = 9;

    /** A rectangle on the canvas, in pixels. */
    record Frame(int left, int top, int width, int height) {}

    /** An image whose pixels fill its canvas. */
    static Container still(
            int width, int height, Orientation orientation, Optional<SampleColours> colours, byte[] essence) {
        return new Container(
                width, height, new Frame(0, 0, width, height), orientation, colours, ORDINARY_BYTES_PER_PIXEL, essence);
    }

    /**
     * Walks the structure.
     *
     * @throws ImageRejectedException when the structure is broken, of a variant that is not read, or larger than the limits
     * @throws java.nio.BufferUnderflowException when the file ends too early
     */
    static Container of(ImageFormat format, byte[] encoded, ImageLimits limits) throws ImageRejectedException {
        Container container = switch (format) {
            case PNG -> PngContainer.parse(encoded, limits);
            case JPEG -> JpegContainer.parse(encoded, limits);
            case GIF -> GifContainer.parse(encoded, limits);
            case WEBP -> WebpContainer.parse(encoded, limits);
        };
        limits.checkMemory(container.framePixels(), container.bytesPerPixel());
        return container;
    }

    /** Pixels that the decoder decodes. */
    long framePixels() {
        return (long) frame.width() * frame.height();
    }

    static ImageRejectedException corrupt(String message) {
        return new ImageRejectedException(Reason.CORRUPT_IMAGE, message);
    }

    static ImageRejectedException unsupported(String message) {
        return new ImageRejectedException(Reason.UNSUPPORTED_FORMAT, message);
    }
}
