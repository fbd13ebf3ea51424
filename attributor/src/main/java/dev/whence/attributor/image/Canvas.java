package dev.whence.attributor.image;

import dev.whence.attributor.image.Container.Frame;
import java.util.Arrays;

/** A white canvas with one frame drawn on it, never allocated as a whole. */
record Canvas(PixelRows drawn, Frame frame) implements PixelRows {
    @Override
    public void read(int x, int y, byte[] rgb) {
        Arrays.fill(rgb, (byte) 255);
        int first = Math.max(x, frame.left());
        int end = Math.min(x + rgb.length / 3, frame.left() + frame.width());
        if (y < frame.top() || y >= frame.top() + frame.height() || first >= end) {
            return;
        }
        byte[] part = new byte[(end - first) * 3];
        drawn.read(first - frame.left(), y - frame.top(), part);
        System.arraycopy(part, 0, rgb, (first - x) * 3, part.length);
    }
}
