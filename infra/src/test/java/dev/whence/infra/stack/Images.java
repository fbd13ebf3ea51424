package dev.whence.infra.stack;

import dev.whence.schemas.ImageId;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** Images good and bad. */
final class Images {
    private static final Path SAMPLES = Path.of("../attributor/src/test/resources/images");
    static final int SIDE = 16;

    private Images() {}

    /** That many different PNGs of noise. */
    static List<byte[]> noise(int count, long seed) {
        return noise(count, seed, SIDE);
    }

    /** That many different PNGs of noise of this side, of at least three bytes a pixel. */
    static List<byte[]> noise(int count, long seed, int side) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> encoded(noise(random, side), "png"))
                .toList();
    }

    /** A PNG of this side that is white all over. */
    static byte[] white(int side) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        int[] pixels = new int[side * side];
        Arrays.fill(pixels, 0xFFFFFF);
        image.setRGB(0, 0, side, side, pixels, 0, side);
        return encoded(image, "png");
    }

    static List<String> ids(List<byte[]> images) {
        return images.stream().map(ImageId::of).toList();
    }

    /** More than fits into a message, but for a claim check. */
    static byte[] large() {
        return encoded(noise(new Random(7), 400), "png");
    }

    static byte[] truncatedJpeg(long seed) {
        byte[] whole = encoded(noise(new Random(seed), 64), "jpg");
        return Arrays.copyOf(whole, whole.length / 2);
    }

    /** A well-formed header that claims 65,535 x 65,535 pixels. */
    static byte[] hugePng() {
        ByteBuffer header = ByteBuffer.allocate(17);
        header.put("IHDR".getBytes(StandardCharsets.US_ASCII)).putInt(65_535).putInt(65_535);
        header.put(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(header.array());
        return ByteBuffer.allocate(8 + 4 + 17 + 4)
                .putLong(0x89504E470D0A1A0AL)
                .putInt(13)
                .put(header.array())
                .putInt((int) crc.getValue())
                .array();
    }

    /** One of the attributor's own samples, whose making is described beside them. */
    static byte[] sample(String name) {
        try {
            return Files.readAllBytes(SAMPLES.resolve(name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static BufferedImage noise(Random random, int side) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                image.setRGB(x, y, random.nextInt());
            }
        }
        return image;
    }

    private static byte[] encoded(BufferedImage image, String format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, format, out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }
}
