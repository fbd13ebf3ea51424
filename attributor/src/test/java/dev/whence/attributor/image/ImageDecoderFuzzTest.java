package dev.whence.attributor.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damages every sample in many ways: what comes out is an image or a rejection, and never costs more than the limits say. */
class ImageDecoderFuzzTest {
    private static final int ROUNDS = Integer.getInteger("whence.fuzz.rounds", 200);
    private static final int MAX_PIXELS = 200_000;
    private static final int MAX_MEMORY = 120 * MAX_PIXELS;
    /** Beyond that: the copies of the file, a decoder's own tables, and what lies between two looks at the memory. */
    private static final long MAX_ALLOCATED = MAX_MEMORY + (20 << 20);

    private final ImageDecoder decoder =
            new ImageDecoder(new ImageLimits(1 << 16, MAX_PIXELS, 4_096, 1_000, MAX_MEMORY));
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Stream<String> samples() {
        return Stream.of(
                        Samples.exact(), Samples.close(), Stream.of("twelve-bit.jpg", "lossless.jpg", "arithmetic.jpg"))
                .flatMap(names -> names);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void answersDamagedBytesWithAnImageOrARejection(String name) throws IOException {
        byte[] sample = Samples.read(name);
        Random random = new Random(name.hashCode());
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = damage(sample, random);
            long before = threads.getCurrentThreadAllocatedBytes();
            boolean answered = answers(damaged, name, round);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(answered).isTrue();
            assertThat(allocated)
                    .as("bytes allocated for %s in round %d", name, round)
                    .isLessThan(MAX_ALLOCATED);
        }
    }

    private boolean answers(byte[] damaged, String name, int round) {
        try {
            return decoder.decode(damaged, 16).rgb().length == 16 * 16 * 3;
        } catch (ImageRejectedException e) {
            return !(e.getCause() instanceof Error);
        } catch (RuntimeException e) {
            return fail("%s, round %d".formatted(name, round), e);
        }
    }

    private static byte[] damage(byte[] sample, Random random) {
        byte[] damaged = sample.clone();
        // Headers are short and decide most: every other hit goes there.
        for (int hits = 1 + random.nextInt(4); hits > 0; hits--) {
            int reach = random.nextBoolean() ? Math.min(64, damaged.length) : damaged.length;
            int at = random.nextInt(reach);
            switch (random.nextInt(3)) {
                case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> damaged[at] = (byte) random.nextInt(256);
                default -> damaged[at] = (byte) (random.nextBoolean() ? 0xff : 0);
            }
        }
        if (random.nextInt(4) == 0) {
            damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
        } else if (random.nextInt(4) == 0) {
            int at = random.nextInt(damaged.length);
            int length = random.nextInt(damaged.length - at);
            System.arraycopy(damaged, at, damaged, random.nextInt(damaged.length - length), length);
        }
        if (damaged.length > 8 && (damaged[0] & 0xff) == 0x89) {
            repairPngChecksums(damaged);
        }
        return damaged;
    }

    /** Makes the damage reach the decoder: a PNG that does not match its checksums gets no further. */
    private static void repairPngChecksums(byte[] png) {
        ByteBuffer chunks = ByteBuffer.wrap(png);
        int at = 8;
        while (at + 12 <= png.length) {
            int length = chunks.getInt(at);
            if (length < 0 || length > png.length - at - 12) {
                return;
            }
            CRC32 crc = new CRC32();
            crc.update(png, at + 4, length + 4);
            chunks.putInt(at + 8 + length, (int) crc.getValue());
            at += length + 12;
        }
    }
}
