package dev.whence.attributor;

/**
 * An image in the one form every stage after decoding sees.
 *
 * @param sha256 SHA-256 of the encoded bytes, 64 lower-case hex digits; a reference point with this hash is never its neighbour
 * @param size side length in pixels
 * @param rgb size x size x 3 bytes, row by row, red first
 */
public record CanonicalImage(String sha256, int size, byte[] rgb) {
    public CanonicalImage {
        if (rgb.length != size * size * 3) {
            throw new IllegalArgumentException(
                    "A canonical image of side %d has %d bytes, not %d".formatted(size, size * size * 3, rgb.length));
        }
    }
}
