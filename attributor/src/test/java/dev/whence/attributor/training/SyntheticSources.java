package dev.whence.attributor.training;

import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.LabelledImage;
import dev.whence.attributor.reference.Reference.RealImage;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Sources that differ in traces a person would hardly see: a camera, a chequered, a striped and a lined generator. */
public final class SyntheticSources {
    public static final int SIZE = 16;

    private SyntheticSources() {}

    /** @param source real, chequered, striped or lined */
    public static List<EncodedImage> images(String source, int count, long seed) {
        Random random = new Random(seed);
        List<EncodedImage> images = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            images.add(new EncodedImage("%s-%d-%04d.png".formatted(source, seed, i), png(source, random)));
        }
        return images;
    }

    public static List<LabelledImage> labelled(String source, int count, long seed) {
        return images(source, count, seed).stream()
                .map(i -> new LabelledImage(source, i))
                .toList();
    }

    /** As a reference takes them, all of one data set. */
    public static List<RealImage> real(List<EncodedImage> images) {
        return images.stream().map(image -> new RealImage(image, "synthetic")).toList();
    }

    private static byte[] png(String source, Random random) {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        double slopeX = random.nextDouble() * 8 - 4;
        double slopeY = random.nextDouble() * 8 - 4;
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                double trace = switch (source) {
                    case "chequered" -> (x + y) % 2 == 0 ? 8 : -8;
                    case "striped" -> x % 2 == 0 ? 8 : -8;
                    case "lined" -> y % 2 == 0 ? 8 : -8;
                    default -> 0;
                };
                double value = 128 + slopeX * (x - 8) + slopeY * (y - 8) + trace + 3 * random.nextGaussian();
                int level = (int) Math.max(0, Math.min(255, Math.round(value)));
                image.setRGB(x, y, level << 16 | level << 8 | level);
            }
        }
        return Png.of(image);
    }
}
