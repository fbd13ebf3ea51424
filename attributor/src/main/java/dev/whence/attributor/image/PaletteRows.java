package dev.whence.attributor.image;

import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** Decoded pixels that are numbers of colours; transparent colours are blended with white. */
final class PaletteRows implements PixelRows {
    private final Raster raster;
    private final int[] colours;

    PaletteRows(Raster raster, IndexColorModel palette) {
        this.raster = raster;
        this.colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        for (int i = 0; i < colours.length; i++) {
            int[] argb = {colours[i] >> 16 & 0xff, colours[i] >> 8 & 0xff, colours[i] & 0xff, colours[i] >>> 24};
            colours[i] = SampleColours.RGB_ALPHA.rgb(argb, 0);
        }
    }

    @Override
    public void read(int x, int y, byte[] rgb) {
        int count = rgb.length / 3;
        int[] numbers = raster.getPixels(x, y, count, 1, new int[count]);
        for (int i = 0; i < count; i++) {
            int colour = colours[numbers[i]];
            rgb[3 * i] = (byte) (colour >> 16);
            rgb[3 * i + 1] = (byte) (colour >> 8);
            rgb[3 * i + 2] = (byte) colour;
        }
    }
}
