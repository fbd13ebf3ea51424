package dev.whence.attributor.image;

import static dev.whence.attributor.image.Container.corrupt;
import static dev.whence.attributor.image.Container.unsupported;

import dev.whence.attributor.image.Container.Frame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The chunks of a WebP (RFC 9649): a still image, or the first frame of an animation on its canvas. Profiles, EXIF and XMP do not reach the
 * decoder.
 */
final class WebpContainer {
    private static final int VP8 = fourCc("VP8 ");
    private static final int VP8L = fourCc("VP8L");
    private static final int VP8X = fourCc("VP8X");
    private static final int ALPH = fourCc("ALPH");
    private static final int ANMF = fourCc("ANMF");
    private static final int EXIF = fourCc("EXIF");
    private static final int ALPHA_FLAG = 0x10;
    private static final int VP8_START = 0x2a019d;
    private static final int VP8L_SIGNATURE = 0x2f;

    private static final int ALPHA_COMPRESSION = 3;

    /** Measured on photographs with TwelveMonkeys 3.14.0: 6, and 105 because every macroblock is kept. */
    private static final int LOSSLESS_BYTES_PER_PIXEL = 12;

    private static final int LOSSY_BYTES_PER_PIXEL = 120;

    /** The decoder reads eight bytes ahead, and stumbles over the end of short images. */
    private static final int READ_AHEAD = 16;

    private final ImageLimits limits;
    private final int bytes;
    private Optional<ByteBuffer> pixels = Optional.empty();
    private Optional<ByteBuffer> alpha = Optional.empty();
    private Optional<Frame> canvas = Optional.empty();
    private Optional<Frame> animated = Optional.empty();
    private Orientation orientation = Orientation.UPRIGHT;

    private WebpContainer(ImageLimits limits, int bytes) {
        this.limits = limits;
        this.bytes = bytes;
    }

    static Container parse(byte[] encoded, ImageLimits limits) throws ImageRejectedException {
        ByteBuffer in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        long riff = (in.getInt(4) & 0xffffffffL) + 8;
        if (riff > encoded.length) {
            throw corrupt("The WebP says that it has %,d bytes, but %,d came.".formatted(riff, encoded.length));
        }
        return new WebpContainer(limits, encoded.length)
                .read(in.limit((int) riff).position(12));
    }

    private Container read(ByteBuffer in) throws ImageRejectedException {
        walk(in);
        ByteBuffer image = pixels.orElseThrow(() -> corrupt("The WebP holds no image."));
        Frame stored = storedSize(image);
        limits.checkPixels(stored.width(), stored.height(), bytes);
        Frame frame = animated.orElse(stored);
        Frame whole = canvas.orElse(stored);
        boolean sameSize = frame.width() == stored.width() && frame.height() == stored.height();
        if (!sameSize
                || frame.left() + frame.width() > whole.width()
                || frame.top() + frame.height() > whole.height()
                || (animated.isEmpty() && !whole.equals(stored))) {
            throw corrupt("The WebP contradicts itself about its size.");
        }
        return new Container(
                whole.width(),
                whole.height(),
                frame,
                orientation,
                Optional.empty(),
                image.getInt(0) == VP8L ? LOSSLESS_BYTES_PER_PIXEL : LOSSY_BYTES_PER_PIXEL,
                essence(image, stored));
    }

    private void walk(ByteBuffer in) throws ImageRejectedException {
        while (in.remaining() >= 8) {
            ByteBuffer header = in.slice().order(ByteOrder.LITTLE_ENDIAN);
            int type = header.getInt();
            int length = header.getInt();
            if (length < 0 || length > header.remaining()) {
                throw corrupt("The WebP ends in the middle of a chunk.");
            }
            ByteBuffer chunk = header.slice(0, 8 + length).order(ByteOrder.LITTLE_ENDIAN);
            in.position(Math.min(in.limit(), in.position() + 8 + length + (length & 1)));
            take(type, chunk);
        }
    }

    private void take(int type, ByteBuffer chunk) throws ImageRejectedException {
        if (type == VP8X) {
            Frame declared = new Frame(0, 0, 1 + int24(chunk, 12), 1 + int24(chunk, 15));
            limits.checkPixels(declared.width(), declared.height(), bytes);
            canvas = Optional.of(declared);
        } else if (type == ANMF && animated.isEmpty()) {
            animated = Optional.of(
                    new Frame(2 * int24(chunk, 8), 2 * int24(chunk, 11), 1 + int24(chunk, 14), 1 + int24(chunk, 17)));
            walk(chunk.position(24));
        } else if ((type == VP8 || type == VP8L) && pixels.isEmpty()) {
            pixels = Optional.of(chunk);
        } else if (type == ALPH && alpha.isEmpty() && pixels.isEmpty()) {
            if ((chunk.get(8) & ALPHA_COMPRESSION) != 1) {
                throw unsupported("The WebP has uncompressed transparency, which is not read here.");
            }
            alpha = Optional.of(chunk);
        } else if (type == EXIF) {
            // Some writers keep the JPEG's "Exif" prefix.
            int prefix = chunk.limit() > 14 && chunk.getInt(8) == fourCc("Exif") ? 6 : 0;
            orientation = Orientation.ofExif(chunk.position(8 + prefix));
        }
    }

    /** The size in the header of the bit stream, which is what the decoder allocates. */
    private static Frame storedSize(ByteBuffer image) throws ImageRejectedException {
        if (image.getInt(0) == VP8L) {
            int size = image.getInt(9);
            if ((image.get(8) & 0xff) != VP8L_SIGNATURE) {
                throw corrupt("The WebP's lossless image does not begin with its signature.");
            }
            return new Frame(0, 0, 1 + (size & 0x3fff), 1 + ((size >> 14) & 0x3fff));
        }
        int tag = int24(image, 8);
        if ((tag & 1) != 0 || int24(image, 11) != VP8_START || (tag >> 5) > image.limit() - 18) {
            throw corrupt("The WebP's lossy image does not begin with a whole key frame.");
        }
        return new Frame(0, 0, image.getShort(14) & 0x3fff, image.getShort(16) & 0x3fff);
    }

    private byte[] essence(ByteBuffer image, Frame stored) {
        boolean extended = alpha.isPresent() && image.getInt(0) == VP8;
        int length = 12 + padded(image) + (extended ? 18 + padded(alpha.orElseThrow()) : 0);
        ByteBuffer out = ByteBuffer.allocate(length + READ_AHEAD).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(fourCc("RIFF")).putInt(length - 8).putInt(fourCc("WEBP"));
        if (extended) {
            out.putInt(VP8X).putInt(10).putInt(ALPHA_FLAG);
            putInt24(out, stored.width() - 1);
            putInt24(out, stored.height() - 1);
            put(out, alpha.orElseThrow());
        }
        put(out, image);
        return out.array();
    }

    private static int padded(ByteBuffer chunk) {
        return chunk.limit() + (chunk.limit() & 1);
    }

    private static void put(ByteBuffer out, ByteBuffer chunk) {
        int end = out.position() + padded(chunk);
        out.put(chunk.rewind()).position(end);
    }

    private static void putInt24(ByteBuffer out, int value) {
        out.putShort((short) value).put((byte) (value >> 16));
    }

    private static int int24(ByteBuffer chunk, int at) {
        return (chunk.getShort(at) & 0xffff) | (chunk.get(at + 2) & 0xff) << 16;
    }

    private static int fourCc(String name) {
        return ByteBuffer.wrap(name.getBytes(StandardCharsets.US_ASCII))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
    }
}
