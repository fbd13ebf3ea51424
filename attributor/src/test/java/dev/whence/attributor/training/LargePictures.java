package dev.whence.attributor.training;

import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.LabelledImage;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Pictures of 80 x 56 pixels: of a camera, and of a generator that leaves a chequered trace as fine as the pixels. */
public final class LargePictures {
    private static final int WIDTH = 80;
    private static final int HEIGHT = 56;

    private LargePictures() {}

    /** @param source real or chequered */
    public static List<EncodedImage> images(String source, int count, long seed) {
        Random random = new Random(seed);
        List<EncodedImage> images = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            images.add(new EncodedImage("large-%s-%d-%04d.png".formatted(source, seed, i), png(source, random)));
        }
        return images;
    }

    /** The same with their source. */
    public static List<LabelledImage> labelled(String source, int count, long seed) {
        return images(source, count, seed).stream()
                .map(image -> new LabelledImage(source, image))
                .toList();
    }

    private static byte[] png(String source, Random random) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        double slopeX = random.nextDouble() * 2 - 1;
        double slopeY = random.nextDouble() * 2 - 1;
        int amplitude = source.equals("chequered") ? 6 : 0;
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                double trace = (x + y) % 2 == 0 ? amplitude : -amplitude;
                double value =
                        128 + slopeX * (x - WIDTH / 2) + slopeY * (y - HEIGHT / 2) + trace + 3 * random.nextGaussian();
                int level = (int) Math.max(0, Math.min(255, Math.round(value)));
                image.setRGB(x, y, level << 16 | level << 8 | level);
            }
        }
        return Png.of(image);
    }
}
