package dev.whence.attributor;

import java.util.List;

/**
 * An image in the one form every stage after decoding sees: a square, or several that were cut out of it.
 *
 * @param sha256 SHA-256 of the encoded bytes, 64 lower-case hex digits; a reference point with this hash is never its neighbour
 * @param size side length in pixels
 * @param crops at least one square of size x size x 3 bytes, row by row, red first
 */
public record CanonicalImage(String sha256, int size, List<byte[]> crops) {
    public CanonicalImage {
        crops = List.copyOf(crops);
        if (crops.isEmpty()) {
            throw new IllegalArgumentException("A canonical image has at least one square");
        }
        for (byte[] rgb : crops) {
            if (rgb.length != size * size * 3) {
                throw new IllegalArgumentException("A canonical image of side %d has %d bytes, not %d"
                        .formatted(size, size * size * 3, rgb.length));
            }
        }
    }

    /** An image of one square. */
    public CanonicalImage(String sha256, int size, byte[] rgb) {
        this(sha256, size, List.of(rgb));
    }

    /**
     * The pixels of an image of one square.
     *
     * @throws IllegalStateException when it has several
     */
    public byte[] rgb() {
        if (crops.size() > 1) {
            throw new IllegalStateException(
                    "An image of %d crops was taken for one of a single square".formatted(crops.size()));
        }
        return crops.get(0);
    }

    /** Each crop as an image of its own, which keeps the hash of the whole. */
    public List<CanonicalImage> parts() {
        return crops.size() == 1
                ? List.of(this)
                : crops.stream()
                        .map(rgb -> new CanonicalImage(sha256, size, rgb))
                        .toList();
    }
}
