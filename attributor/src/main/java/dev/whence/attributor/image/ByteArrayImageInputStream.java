package dev.whence.attributor.image;

import javax.imageio.stream.ImageInputStreamImpl;

/** An image's bytes as ImageIO wants them, without the copies and files of its own streams. */
final class ByteArrayImageInputStream extends ImageInputStreamImpl {
    private final byte[] bytes;

    ByteArrayImageInputStream(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() {
        bitOffset = 0;
        return streamPos < bytes.length ? bytes[(int) streamPos++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        bitOffset = 0;
        int left = bytes.length - (int) Math.min(streamPos, bytes.length);
        if (left == 0 && length > 0) {
            return -1;
        }
        int count = Math.min(left, length);
        System.arraycopy(bytes, (int) streamPos, target, offset, count);
        streamPos += count;
        return count;
    }

    @Override
    public long length() {
        return bytes.length;
    }
}
