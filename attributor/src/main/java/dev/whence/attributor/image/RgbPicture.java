package dev.whence.attributor.image;

import java.awt.image.BufferedImage;

/** Pixels as encoders take them. */
public final class RgbPicture {
    private RgbPicture() {}

    /** @param rgb size x size x 3 bytes, row by row, red first */
    public static BufferedImage of(byte[] rgb, int size) {
        int[] pixels = new int[size * size];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = ((rgb[3 * i] & 0xff) << 16) | ((rgb[3 * i + 1] & 0xff) << 8) | (rgb[3 * i + 2] & 0xff);
        }
        BufferedImage picture = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        picture.getRaster().setDataElements(0, 0, size, size, pixels);
        return picture;
    }
}
