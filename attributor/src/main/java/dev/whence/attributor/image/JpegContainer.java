package dev.whence.attributor.image;

import static dev.whence.attributor.image.Container.corrupt;
import static dev.whence.attributor.image.Container.unsupported;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The segments of a JPEG (ITU-T T.81, Annex B). Tables, frame and scans reach the decoder; applications' segments and comments do not: what
 * the JFIF, Adobe and EXIF segments say of colours and orientation is read here.
 */
final class JpegContainer {
    private static final int SOF0 = 0xc0;
    private static final int SOF2 = 0xc2;
    private static final int DHT = 0xc4;
    private static final int JPG = 0xc8;
    private static final int DAC = 0xcc;
    private static final int SOF15 = 0xcf;
    private static final int RST0 = 0xd0;
    private static final int RST7 = 0xd7;
    private static final int EOI = 0xd9;
    private static final int SOS = 0xda;
    private static final int DQT = 0xdb;
    private static final int DRI = 0xdd;
    private static final int APP0 = 0xe0;
    private static final int APP1 = 0xe1;
    private static final int APP14 = 0xee;
    /** Encoders write about ten; each scan of a progressive JPEG costs a pass over all blocks. */
    private static final int MOST_SCANS = 100;

    private final byte[] encoded;
    private final ByteBuffer in;
    private final ImageLimits limits;
    private final ByteArrayOutputStream essence;
    private Orientation orientation = Orientation.UPRIGHT;
    private boolean jfif;
    private int adobeTransform = -1;
    private int width;
    private int height;
    private int scans;
    private byte[] components = {};

    private JpegContainer(byte[] encoded, ImageLimits limits) {
        this.encoded = encoded;
        this.in = ByteBuffer.wrap(encoded);
        this.limits = limits;
        this.essence = new ByteArrayOutputStream(encoded.length);
    }

    static Container parse(byte[] encoded, ImageLimits limits) throws ImageRejectedException {
        return new JpegContainer(encoded, limits).walk();
    }

    private Container walk() throws ImageRejectedException {
        essence.write(encoded, 0, 2);
        in.position(2);
        int marker = nextMarker();
        while (marker != EOI) {
            int start = in.position();
            int length = in.getShort() & 0xffff;
            if (length < 2 || length - 2 > in.remaining()) {
                throw corrupt("The JPEG ends in the middle of a segment.");
            }
            ByteBuffer segment = in.slice(start + 2, length - 2);
            in.position(start + length);
            if (marker == SOS) {
                scan();
            }
            if (read(marker, segment)) {
                essence.write(0xff);
                essence.write(marker);
                essence.write(encoded, start, in.position() - start);
            }
            marker = nextMarker();
        }
        if (scans == 0) {
            throw corrupt("The JPEG holds no pixels.");
        }
        essence.write(0xff);
        essence.write(EOI);
        return Container.still(width, height, orientation, Optional.of(colours()), essence.toByteArray());
    }

    /** Takes in what a segment says; answers whether the decoder needs it. */
    private boolean read(int marker, ByteBuffer segment) throws ImageRejectedException {
        switch (marker) {
            case SOS -> {
                if (components.length == 0 || ++scans > MOST_SCANS) {
                    throw corrupt("The JPEG has a scan before its frame, or too many of them.");
                }
                return true;
            }
            case DQT, DHT, DRI -> {
                return true;
            }
            case APP0 -> jfif |= startsWith(segment, "JFIF\0");
            case APP1 -> {
                if (startsWith(segment, "Exif\0\0") && orientation.equals(Orientation.UPRIGHT)) {
                    orientation = Orientation.ofExif(segment.position(6));
                }
            }
            case APP14 -> {
                if (startsWith(segment, "Adobe") && segment.limit() >= 12) {
                    adobeTransform = segment.get(11) & 0xff;
                }
            }
            default -> {
                if (marker >= SOF0 && marker <= SOF15 && marker != JPG) {
                    frame(marker, segment);
                    return true;
                }
            }
        }
        return false;
    }

    private void frame(int marker, ByteBuffer segment) throws ImageRejectedException {
        int precision = segment.get() & 0xff;
        height = segment.getShort() & 0xffff;
        width = segment.getShort() & 0xffff;
        if (marker > SOF2 || marker == DAC) {
            throw unsupported(
                    "The JPEG is lossless, hierarchical or arithmetic-coded; only Huffman-coded ones are read.");
        }
        if (precision != 8) {
            throw unsupported("The JPEG has %d bits a sample; only 8 are read.".formatted(precision));
        }
        if (components.length != 0) {
            throw corrupt("The JPEG has two frames.");
        }
        limits.checkPixels(width, height, encoded.length);
        components = new byte[segment.get() & 0xff];
        for (int i = 0; i < components.length; i++) {
            components[i] = segment.get();
            segment.getShort();
        }
    }

    /** Moves to the marker that ends the entropy-coded data. */
    private void scan() throws ImageRejectedException {
        for (int i = in.position(); i < encoded.length - 1; i++) {
            if (encoded[i] == (byte) 0xff) {
                int next = encoded[i + 1] & 0xff;
                if (next != 0 && next != 0xff && (next < RST0 || next > RST7)) {
                    in.position(i);
                    return;
                }
            }
        }
        throw corrupt("The JPEG ends in the middle of its pixels.");
    }

    private int nextMarker() throws ImageRejectedException {
        if (in.get() != (byte) 0xff) {
            throw corrupt("The JPEG has bytes between its segments.");
        }
        int marker = 0xff;
        while (marker == 0xff) {
            marker = in.get() & 0xff;
        }
        return marker;
    }

    /** As libjpeg decides it (jdapimin.c, default_decompress_parms), so that other tools see the same colours. */
    private SampleColours colours() throws ImageRejectedException {
        return switch (components.length) {
            case 1 -> SampleColours.GREY;
            case 3 -> {
                boolean rgb = adobeTransform >= 0
                        ? adobeTransform == 0
                        : components[0] == 'R' && components[1] == 'G' && components[2] == 'B';
                yield rgb && !jfif ? SampleColours.RGB : SampleColours.YCBCR;
            }
            case 4 -> adobeTransform == 2 ? SampleColours.YCCK : SampleColours.CMYK;
            default ->
                throw unsupported(
                        "The JPEG has %d colour components; 1, 3 or 4 are read.".formatted(components.length));
        };
    }

    private static boolean startsWith(ByteBuffer segment, String text) {
        if (segment.limit() < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (segment.get(i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
