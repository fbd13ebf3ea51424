package dev.whence.attributor.image;

import dev.whence.attributor.image.ImageRejectedException.Reason;

/**
 * What an image of a stranger may cost. Every limit is checked against the header, before any pixel is allocated.
 *
 * <p>What a decoder holds for every pixel depends on the format: up to 9 bytes for PNG, JPEG (6 of them outside the heap when it is
 * progressive) and GIF, 12 for lossless and 120 for lossy WebP. At the default limits the largest PNG and JPEG take about 450 MB, and a lossy
 * WebP may have 8.9 million pixels. Lower {@code maxPixels} and {@code maxMemory} where many threads decode in little memory.
 *
 * @param maxBytes encoded bytes of one image
 * @param maxPixels pixels of the canvas, and of the frame drawn on it
 * @param maxSide longest side in pixels, at most {@value #LONGEST_SIDE} so that the resampling stays exact in 64 bits
 * @param maxPixelsPerByte how many pixels one encoded byte may stand for, once an image has more than {@value #HARMLESS_PIXELS} pixels;
 *     photographs need fewer than 100, decompression bombs live on thousands
 * @param maxMemory bytes that one decoding may hold
 */
public record ImageLimits(int maxBytes, int maxPixels, int maxSide, int maxPixelsPerByte, long maxMemory) {
    /** 32 MiB, 50 million pixels, sides up to 16,384, 1,000 pixels a byte, 1 GiB of memory. */
    public static final ImageLimits DEFAULT = new ImageLimits(32 << 20, 50_000_000, 16_384, 1_000, 1 << 30);

    static final int LONGEST_SIDE = 16_384;
    static final int HARMLESS_PIXELS = 1_000_000;

    public ImageLimits {
        if (maxBytes < 1 || maxPixels < 1 || maxSide < 1 || maxPixelsPerByte < 1 || maxMemory < 1) {
            throw new IllegalArgumentException(
                    "Image limits must be positive: %d bytes, %d pixels, side %d, %d pixels a byte, %d bytes of memory"
                            .formatted(maxBytes, maxPixels, maxSide, maxPixelsPerByte, maxMemory));
        }
        if (maxSide > LONGEST_SIDE) {
            throw new IllegalArgumentException(
                    "The longest side that can be allowed is %d, not %d".formatted(LONGEST_SIDE, maxSide));
        }
    }

    void checkBytes(int bytes) throws ImageRejectedException {
        if (bytes == 0) {
            throw new ImageRejectedException(Reason.EMPTY_IMAGE, "The image is empty: it has no bytes.");
        }
        if (bytes > maxBytes) {
            throw new ImageRejectedException(
                    Reason.TOO_MANY_BYTES, "The image has %,d bytes; the limit is %,d.".formatted(bytes, maxBytes));
        }
    }

    void checkPixels(int width, int height, int bytes) throws ImageRejectedException {
        if (width < 1 || height < 1) {
            throw new ImageRejectedException(
                    Reason.CORRUPT_IMAGE, "The header declares an image of %d x %d pixels.".formatted(width, height));
        }
        long pixels = (long) width * height;
        if (width > maxSide || height > maxSide || pixels > maxPixels) {
            throw new ImageRejectedException(
                    Reason.TOO_MANY_PIXELS,
                    "The header declares %,d x %,d pixels; the limits are %,d pixels and sides of %,d."
                            .formatted(width, height, maxPixels, maxSide));
        }
        if (pixels > HARMLESS_PIXELS && pixels > (long) maxPixelsPerByte * bytes) {
            throw new ImageRejectedException(
                    Reason.TOO_MANY_PIXELS,
                    "The header declares %,d x %,d pixels in %,d bytes; the limit is %,d pixels a byte."
                            .formatted(width, height, bytes, maxPixelsPerByte));
        }
    }

    void checkMemory(long pixels, int bytesPerPixel) throws ImageRejectedException {
        if (pixels * bytesPerPixel > maxMemory) {
            throw new ImageRejectedException(
                    Reason.TOO_MANY_PIXELS,
                    "The image has %,d pixels; in its format %,d are the limit."
                            .formatted(pixels, maxMemory / bytesPerPixel));
        }
    }
}
