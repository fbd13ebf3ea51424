package dev.whence.attributor.training;

import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.LabelledImage;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Pictures of a lying or a standing bar, of any colour and place, with their class in their names. */
final class BarPictures {
    static final int SIZE = 16;

    private BarPictures() {}

    static List<LabelledImage> inOneFolder(int count, long seed) {
        Random random = new Random(seed);
        List<LabelledImage> pictures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean lying = random.nextBoolean();
            String name = "bars/%04d-%s.png".formatted(i, lying ? "lying" : "standing");
            pictures.add(new LabelledImage("bars", new EncodedImage(name, png(lying, random))));
        }
        return pictures;
    }

    private static byte[] png(boolean lying, Random random) {
        BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = picture.createGraphics();
        pen.setColor(any(random));
        pen.fillRect(0, 0, SIZE, SIZE);
        pen.setColor(any(random));
        int at = 4 + random.nextInt(5);
        pen.fillRect(lying ? 0 : at, lying ? at : 0, lying ? SIZE : 3, lying ? 3 : SIZE);
        pen.dispose();
        return Png.of(picture);
    }

    private static Color any(Random random) {
        return new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256));
    }
}
