package dev.whence.attributor.image;

import java.awt.image.Raster;

/** Decoded pixels of one to four samples each, of any depth up to 16 bits. */
record SampledRows(Raster raster, SampleColours colours) implements PixelRows {
    @Override
    public void read(int x, int y, byte[] rgb) {
        int count = rgb.length / 3;
        int bands = raster.getNumBands();
        int[] samples = raster.getPixels(x, y, count, 1, new int[count * bands]);
        int largest = (1 << raster.getSampleModel().getSampleSize(0)) - 1;
        if (largest != 255) {
            for (int i = 0; i < samples.length; i++) {
                samples[i] = (2 * 255 * samples[i] + largest) / (2 * largest);
            }
        }
        for (int i = 0; i < count; i++) {
            int colour = colours.rgb(samples, i * bands);
            rgb[3 * i] = (byte) (colour >> 16);
            rgb[3 * i + 1] = (byte) (colour >> 8);
            rgb[3 * i + 2] = (byte) colour;
        }
    }
}
