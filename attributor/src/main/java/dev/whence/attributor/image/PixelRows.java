package dev.whence.attributor.image;

/** Pixels that can be read a piece of a row at a time, so that no second copy of a large image is ever made. */
@FunctionalInterface
interface PixelRows {
    /**
     * @param x first column
     * @param y row
     * @param rgb takes rgb.length / 3 pixels, red first
     */
    void read(int x, int y, byte[] rgb);
}
