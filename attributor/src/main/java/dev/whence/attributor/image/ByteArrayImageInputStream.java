package dev.whence.attributor.image;

import javax.imageio.stream.ImageInputStreamImpl;

/** An image's bytes as ImageIO wants them, without the copies and files of its own streams. */
final class ByteArrayImageInputStream extends ImageInputStreamImpl {
    private static final int READS_BETWEEN_CHECKS = 64;

    private final byte[] bytes;
    private final Runnable check;
    private int reads;

    /**
     * @param check runs every now and then while the decoder reads; it may throw
     */
    ByteArrayImageInputStream(byte[] bytes, Runnable check) {
        this.bytes = bytes;
        this.check = check;
    }

    @Override
    public int read() {
        bitOffset = 0;
        countRead();
        return streamPos < bytes.length ? bytes[(int) streamPos++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        bitOffset = 0;
        countRead();
        int left = bytes.length - (int) Math.min(streamPos, bytes.length);
        if (left == 0 && length > 0) {
            return -1;
        }
        int count = Math.min(left, length);
        System.arraycopy(bytes, (int) streamPos, target, offset, count);
        streamPos += count;
        return count;
    }

    private void countRead() {
        if (++reads % READS_BETWEEN_CHECKS == 0) {
            check.run();
        }
    }

    @Override
    public long length() {
        return bytes.length;
    }
}
