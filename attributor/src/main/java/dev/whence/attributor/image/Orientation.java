package dev.whence.attributor.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How stored pixels must be turned to be seen upright: the EXIF tag 0x0112 (CIPA DC-008, section 4.6.4).
 *
 * @param transposed whether stored rows are seen as columns
 * @param mirroredX whether stored columns run backwards
 * @param mirroredY whether stored rows run backwards
 */
record Orientation(boolean transposed, boolean mirroredX, boolean mirroredY) {
    static final Orientation UPRIGHT = new Orientation(false, false, false);

    private static final int TAG = 0x0112;
    private static final int SHORT = 3;
    private static final int ENTRY_BYTES = 12;

    /** The orientation with an EXIF number; numbers outside 1 to 8 mean nothing and leave the image as it is. */
    static Orientation of(int exif) {
        return switch (exif) {
            case 2 -> new Orientation(false, true, false);
            case 3 -> new Orientation(false, true, true);
            case 4 -> new Orientation(false, false, true);
            case 5 -> new Orientation(true, false, false);
            case 6 -> new Orientation(true, false, true);
            case 7 -> new Orientation(true, true, true);
            case 8 -> new Orientation(true, true, false);
            default -> UPRIGHT;
        };
    }

    /**
     * Reads the tag from the first directory of an EXIF block. A block that makes no sense is passed over, as viewers do: the pixels are
     * whole all the same.
     *
     * @param tiff the block from its byte order mark on
     */
    static Orientation ofExif(ByteBuffer tiff) {
        ByteBuffer exif = tiff.slice();
        if (exif.remaining() < 8) {
            return UPRIGHT;
        }
        short mark = exif.getShort(0);
        if (mark != 0x4949 && mark != 0x4d4d) {
            return UPRIGHT;
        }
        exif.order(mark == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = exif.getInt(4);
        if (exif.getShort(2) != 42 || directory < 8 || directory > exif.limit() - 2) {
            return UPRIGHT;
        }
        int fitting = (exif.limit() - directory - 2) / ENTRY_BYTES;
        int entries = Math.min(exif.getShort(directory) & 0xffff, fitting);
        for (int i = 0; i < entries; i++) {
            int entry = directory + 2 + i * ENTRY_BYTES;
            if ((exif.getShort(entry) & 0xffff) == TAG && exif.getShort(entry + 2) == SHORT) {
                return of(exif.getShort(entry + 8) & 0xffff);
            }
        }
        return UPRIGHT;
    }

    /** Turns a square of side x side RGB pixels upright. */
    byte[] turn(byte[] rgb, int side) {
        if (equals(UPRIGHT)) {
            return rgb;
        }
        byte[] turned = new byte[rgb.length];
        int at = 0;
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                int storedX = transposed ? y : x;
                int storedY = transposed ? x : y;
                int from = 3
                        * ((mirroredY ? side - 1 - storedY : storedY) * side
                                + (mirroredX ? side - 1 - storedX : storedX));
                turned[at++] = rgb[from];
                turned[at++] = rgb[from + 1];
                turned[at++] = rgb[from + 2];
            }
        }
        return turned;
    }
}
