package dev.whence.attributor.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OrientationTest {
    @Test
    void readsTheTagInBothByteOrders() {
        assertThat(Orientation.ofExif(exif(ByteOrder.BIG_ENDIAN, 8, 1, 6))).isEqualTo(Orientation.of(6));
        assertThat(Orientation.ofExif(exif(ByteOrder.LITTLE_ENDIAN, 8, 1, 3))).isEqualTo(Orientation.of(3));
    }

    @Test
    void passesOverBlocksThatMakeNoSense() {
        assertThat(Orientation.ofExif(ByteBuffer.allocate(0))).isEqualTo(Orientation.UPRIGHT);
        assertThat(Orientation.ofExif(exif(ByteOrder.BIG_ENDIAN, Integer.MAX_VALUE, 1, 6)))
                .isEqualTo(Orientation.UPRIGHT);
        assertThat(Orientation.ofExif(exif(ByteOrder.BIG_ENDIAN, -1, 1, 6))).isEqualTo(Orientation.UPRIGHT);
        assertThat(Orientation.ofExif(exif(ByteOrder.BIG_ENDIAN, 8, 0, 6))).isEqualTo(Orientation.UPRIGHT);
        assertThat(Orientation.ofExif(exif(ByteOrder.BIG_ENDIAN, 8, 1, 9))).isEqualTo(Orientation.UPRIGHT);
    }

    @Test
    void readsNothingBeyondABlockThatPromisesMoreEntriesThanItHolds() {
        assertThat(Orientation.ofExif(exif(ByteOrder.BIG_ENDIAN, 8, 0xffff, 6))).isEqualTo(Orientation.of(6));
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            byte[] noise = new byte[random.nextInt(40)];
            random.nextBytes(noise);
            ByteBuffer block = ByteBuffer.wrap(noise);
            if (noise.length > 4) {
                block.putInt(0, 0x4d4d002a);
            }
            assertThat(Orientation.ofExif(block)).isNotNull();
        }
    }

    private static ByteBuffer exif(ByteOrder order, int directory, int entries, int orientation) {
        ByteBuffer block = ByteBuffer.allocate(26).order(order);
        block.putShort((short) (order == ByteOrder.BIG_ENDIAN ? 0x4d4d : 0x4949))
                .putShort((short) 42)
                .putInt(directory);
        block.putShort((short) entries)
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation);
        return block.rewind();
    }
}
