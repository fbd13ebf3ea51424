package dev.whence.attributor.image;

import com.sun.management.ThreadMXBean;
import java.awt.Point;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.SampleModel;
import java.awt.image.WritableRaster;
import java.lang.management.ManagementFactory;
import javax.imageio.ImageTypeSpecifier;

/**
 * Memory and work that one WebP may take from its decoder.
 *
 * <p>A lossless WebP lists transforms before its pixels. The format allows each kind once; the decoder does not count them, so a few
 * kilobytes of "subtract green", three bits each, would occupy a core for hours, and as many predictors would fill the heap. Neither can be
 * seen in the headers. So the decoder writes into a buffer that counts, and reads from a stream that looks at what the thread has allocated.
 * Every image that libwebp writes stays far below both.
 */
final class DecodingBudget {
    private static final long BYTES_ANYWAY = 16 << 20;
    /** Decoding, four transforms of up to four neighbours, and reading the result, on four samples. */
    private static final long ACCESSES_A_PIXEL = 200;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final long mostAllocated;
    private long accesses;

    DecodingBudget(long pixels, int bytesPerPixel) {
        this.mostAllocated = THREADS.getCurrentThreadAllocatedBytes() + BYTES_ANYWAY + pixels * bytesPerPixel;
        this.accesses = ACCESSES_A_PIXEL * pixels;
    }

    void checkMemory() {
        if (THREADS.getCurrentThreadAllocatedBytes() > mostAllocated) {
            throw new IllegalStateException("The image takes more memory to decode than its pixels can need");
        }
    }

    /** An image whose every access is counted. */
    BufferedImage destination(ImageTypeSpecifier type, int width, int height) {
        SampleModel samples = type.getSampleModel(width, height);
        DataBuffer counted = new CountingBuffer(width * height * samples.getNumBands());
        WritableRaster raster = new WritableRaster(samples, counted, new Point()) {};
        return new BufferedImage(type.getColorModel(), raster, false, null);
    }

    private final class CountingBuffer extends DataBuffer {
        private final byte[] bytes;

        CountingBuffer(int size) {
            super(TYPE_BYTE, size);
            this.bytes = new byte[size];
        }

        @Override
        public int getElem(int bank, int i) {
            count();
            return bytes[i] & 0xff;
        }

        @Override
        public void setElem(int bank, int i, int value) {
            count();
            bytes[i] = (byte) value;
        }

        private void count() {
            if (--accesses < 0) {
                throw new IllegalStateException("The image takes more work to decode than its pixels can need");
            }
        }
    }
}
