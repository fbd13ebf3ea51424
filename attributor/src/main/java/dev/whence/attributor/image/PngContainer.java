package dev.whence.attributor.image;

import static dev.whence.attributor.image.Container.corrupt;
import static dev.whence.attributor.image.Container.unsupported;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG (ISO/IEC 15948). Only the five that make the pixels reach the decoder, so that no compressed text or profile is ever
 * inflated; their checksums must hold.
 */
final class PngContainer {
    private static final int SIGNATURE_BYTES = 8;
    private static final int IHDR = 0x49484452;
    private static final int PLTE = 0x504c5445;
    private static final int TRNS = 0x74524e53;
    private static final int IDAT = 0x49444154;
    private static final int IEND = 0x49454e44;
    private static final int EXIF = 0x65584966;
    private static final int ANCILLARY = 0x20000000;

    private PngContainer() {}

    static Container parse(byte[] encoded, ImageLimits limits) throws ImageRejectedException {
        ByteBuffer in = ByteBuffer.wrap(encoded);
        ByteArrayOutputStream essence = new ByteArrayOutputStream(encoded.length);
        essence.write(encoded, 0, SIGNATURE_BYTES);
        in.position(SIGNATURE_BYTES);
        if (in.getInt() != 13 || in.getInt() != IHDR) {
            throw corrupt("The PNG does not begin with its header chunk.");
        }
        int width = in.getInt();
        int height = in.getInt();
        limits.checkPixels(width, height, encoded.length);
        in.position(SIGNATURE_BYTES);

        Orientation orientation = Orientation.UPRIGHT;
        boolean pixels = false;
        while (true) {
            int start = in.position();
            int length = in.getInt();
            int type = in.getInt();
            if (length < 0 || length > in.remaining() - 4) {
                throw corrupt("The PNG ends in the middle of a chunk.");
            }
            switch (type) {
                case IHDR, PLTE, TRNS, IDAT, IEND -> {
                    checkSum(encoded, in, length);
                    essence.write(encoded, start, length + 12);
                }
                case EXIF -> orientation = Orientation.ofExif(in.slice(in.position(), length));
                default -> {
                    if ((type & ANCILLARY) == 0) {
                        throw unsupported("The PNG needs an extension that is not read here.");
                    }
                }
            }
            pixels |= type == IDAT;
            if (type == IHDR && start != SIGNATURE_BYTES) {
                throw corrupt("The PNG has two header chunks.");
            }
            if (type == IEND) {
                break;
            }
            in.position(start + length + 12);
        }
        if (!pixels) {
            throw corrupt("The PNG holds no pixels.");
        }
        return Container.still(width, height, orientation, Optional.empty(), essence.toByteArray());
    }

    private static void checkSum(byte[] encoded, ByteBuffer in, int length) throws ImageRejectedException {
        CRC32 crc = new CRC32();
        crc.update(encoded, in.position() - 4, length + 4);
        if ((int) crc.getValue() != in.getInt(in.position() + length)) {
            throw corrupt("A chunk of the PNG does not match its checksum.");
        }
    }
}
