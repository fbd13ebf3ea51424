package dev.whence.attributor.image;

import static dev.whence.attributor.image.Container.corrupt;

import dev.whence.attributor.image.Container.Frame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** The blocks of a GIF (version 89a) up to the end of its first frame; later frames and all extensions but transparency are left out. */
final class GifContainer {
    private static final int SCREEN_END = 13;
    private static final int EXTENSION = 0x21;
    private static final int IMAGE = 0x2c;
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int TRAILER = 0x3b;
    private static final int COLOUR_TABLE = 0x80;

    private GifContainer() {}

    static Container parse(byte[] encoded, ImageLimits limits) throws ImageRejectedException {
        ByteBuffer in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        int screenWidth = in.getShort(6) & 0xffff;
        int screenHeight = in.getShort(8) & 0xffff;
        if (screenWidth > 0 && screenHeight > 0) {
            limits.checkPixels(screenWidth, screenHeight, encoded.length);
        }
        boolean coloured = (in.get(10) & COLOUR_TABLE) != 0;
        in.position(SCREEN_END + colourTableBytes(in.get(10)));
        ByteArrayOutputStream essence = new ByteArrayOutputStream(encoded.length);
        essence.write(encoded, 0, in.position());

        int start = in.position();
        int block = in.get() & 0xff;
        while (block == EXTENSION) {
            boolean control = (in.get() & 0xff) == GRAPHIC_CONTROL;
            skipSubBlocks(in);
            if (control) {
                essence.write(encoded, start, in.position() - start);
            }
            start = in.position();
            block = in.get() & 0xff;
        }
        if (block != IMAGE) {
            throw corrupt("The GIF holds no image.");
        }
        Frame frame = new Frame(
                in.getShort() & 0xffff, in.getShort() & 0xffff, in.getShort() & 0xffff, in.getShort() & 0xffff);
        limits.checkPixels(frame.width(), frame.height(), encoded.length);
        byte flags = in.get();
        if (!coloured && (flags & COLOUR_TABLE) == 0) {
            throw corrupt("The GIF has no colour table.");
        }
        in.position(in.position() + colourTableBytes(flags) + 1);
        skipSubBlocks(in);
        essence.write(encoded, start, in.position() - start);
        essence.write(TRAILER);

        // As browsers do, the canvas grows to hold a first frame that is larger than the screen.
        int width = Math.max(screenWidth, frame.left() + frame.width());
        int height = Math.max(screenHeight, frame.top() + frame.height());
        limits.checkPixels(width, height, encoded.length);
        return new Container(
                width,
                height,
                frame,
                Orientation.UPRIGHT,
                Optional.empty(),
                Container.ORDINARY_BYTES_PER_PIXEL,
                essence.toByteArray());
    }

    private static int colourTableBytes(byte flags) {
        return (flags & COLOUR_TABLE) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    private static void skipSubBlocks(ByteBuffer in) throws ImageRejectedException {
        int length = in.get() & 0xff;
        while (length > 0) {
            if (length >= in.remaining()) {
                throw corrupt("The GIF ends in the middle of a block.");
            }
            in.position(in.position() + length);
            length = in.get() & 0xff;
        }
    }
}
