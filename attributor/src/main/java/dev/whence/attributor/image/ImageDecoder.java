package dev.whence.attributor.image;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.image.ImageRejectedException.Reason;
import java.io.IOException;
import java.util.List;

/**
 * Makes one canonical form of the images of strangers: PNG, JPEG, WebP and GIF in, size x size pixels of 8-bit sRGB out.
 *
 * <p>The way of an image: its format is told from the first bytes; the structure of that format is walked, limits are checked against every
 * size it declares, and everything but the pixels is cut away; one decoder, fixed for the format, decodes the rest; by the {@link Framing} the largest
 * square in the middle of the upright image is resampled by {@link TriangleFilter}, which leaves an image that has the size already
 * untouched, or several squares are cut out of it.
 *
 * <ul>
 *   <li>Animations answer with their first frame on its canvas.
 *   <li>Transparent pixels are blended with white.
 *   <li>Grey, palette, CMYK, YCCK and 16-bit samples become 8-bit RGB by integer arithmetic; colour profiles are not applied, see
 *       {@link PixelDecoder}.
 *   <li>The EXIF orientation of JPEG, PNG and WebP is applied.
 *   <li>Damage is a rejection, never a grey area: a file must be complete and its decoder must not complain.
 * </ul>
 *
 * <p>Safe for use by several threads.
 */
public final class ImageDecoder {
    private static final int LARGEST_SIZE = 2048;

    private final ImageLimits limits;
    private final PixelDecoder pixels = new PixelDecoder();

    public ImageDecoder(ImageLimits limits) {
        this.limits = limits;
    }

    /** Decodes one image into one square. */
    public CanonicalImage decode(byte[] encoded, int size) throws ImageRejectedException {
        return decode(encoded, size, Framing.RESIZE);
    }

    /**
     * Decodes one image. Beside what the limits allow its decoder, this holds the squares.
     *
     * @param encoded a whole file, of any content
     * @param size side of the canonical form in pixels, 8 to 2048
     * @throws ImageRejectedException for every input that is no image within the limits; nothing else is thrown because of the bytes
     */
    public CanonicalImage decode(byte[] encoded, int size, Framing framing) throws ImageRejectedException {
        if (size < TriangleFilter.SMALLEST_SIDE || size > LARGEST_SIZE) {
            throw new IllegalArgumentException("Canonical images have sides of %d to %d pixels, not %d"
                    .formatted(TriangleFilter.SMALLEST_SIDE, LARGEST_SIZE, size));
        }
        limits.checkBytes(encoded.length);
        ImageFormat format = ImageFormat.of(encoded)
                .orElseThrow(() -> new ImageRejectedException(
                        Reason.UNSUPPORTED_FORMAT, "The bytes are neither PNG, JPEG, WebP nor GIF."));
        try {
            return new CanonicalImage(Hashes.sha256(encoded), size, squares(format, encoded, size, framing));
        } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
            // Decoders meet a stranger's bytes with all of these; none of them means that anything but the image is at
            // fault.
            throw new ImageRejectedException(
                    Reason.CORRUPT_IMAGE, "The %s cannot be decoded: it is damaged or cut off.".formatted(format), e);
        }
    }

    private List<byte[]> squares(ImageFormat format, byte[] encoded, int size, Framing framing)
            throws IOException, ImageRejectedException {
        Container container = Container.of(format, encoded, limits);
        PixelRows rows = pixels.decode(format, container);
        List<Framing.Place> places = framing.places(container.width(), container.height(), size);
        if (places.isEmpty()) {
            return List.of(largest(container, rows, size));
        }
        return places.stream()
                .map(place -> container.orientation().turn(cut(rows, place, size), size))
                .toList();
    }

    private static byte[] cut(PixelRows rows, Framing.Place place, int size) {
        byte[] rgb = new byte[size * size * 3];
        byte[] row = new byte[size * 3];
        for (int y = 0; y < size; y++) {
            rows.read(place.left(), place.top() + y, row);
            System.arraycopy(row, 0, rgb, y * row.length, row.length);
        }
        return rgb;
    }

    private static byte[] largest(Container container, PixelRows rows, int size) {
        int side = Math.min(container.width(), container.height());
        Orientation orientation = container.orientation();
        int left = margin(container.width() - side, orientation.mirroredX());
        int top = margin(container.height() - side, orientation.mirroredY());
        return orientation.turn(TriangleFilter.resample(rows, left, top, side, size), size);
    }

    /** Where an odd pixel is left over, the upright image loses it on the right or at the bottom. */
    private static int margin(int excess, boolean mirrored) {
        return mirrored ? excess - excess / 2 : excess / 2;
    }
}
