package dev.whence.attributor.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.image.Framing.Place;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class CropsDecodingTest {
    private static final int SIZE = 16;
    private static final Framing FIVE = new Framing(5);

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);

    @Test
    void aCropIsThePixelsOfThePngAtItsPlace() throws Exception {
        BufferedImage image = noise(83, 61, BufferedImage.TYPE_INT_RGB);

        CanonicalImage canonical = decoder.decode(encoded(image, "png"), SIZE, FIVE);

        List<Place> places = FIVE.places(83, 61, SIZE);
        assertThat(places).startsWith(new Place(32, 16), new Place(0, 40));
        assertThat(canonical.crops()).hasSize(5);
        for (int crop = 0; crop < 5; crop++) {
            Place place = places.get(crop);
            assertThat(canonical.crops().get(crop)).isEqualTo(pixels(image, place.left(), place.top()));
        }
    }

    @Test
    void aCropOfATurnedJpegIsUpright() throws Exception {
        byte[] jpeg = encoded(noise(57, 43, BufferedImage.TYPE_BYTE_GRAY), "jpg");
        BufferedImage stored = ImageIO.read(new ByteArrayInputStream(jpeg));

        CanonicalImage canonical = decoder.decode(turnedRight(jpeg), SIZE, new Framing(2));

        // The stored image has 6 x 4 places; seen upright it is turned by 90 degrees clockwise.
        List<Place> places = List.of(new Place(16, 8), new Place(40, 24));
        for (int crop = 0; crop < places.size(); crop++) {
            Place place = places.get(crop);
            BufferedImage upright = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < SIZE; y++) {
                for (int x = 0; x < SIZE; x++) {
                    int level = stored.getRaster().getSample(place.left() + y, place.top() + SIZE - 1 - x, 0);
                    upright.setRGB(x, y, level << 16 | level << 8 | level);
                }
            }
            assertThat(canonical.crops().get(crop)).isEqualTo(pixels(upright, 0, 0));
        }
    }

    @Test
    void anImageOfTheSizeIsItsOnlyCrop() throws Exception {
        byte[] png = encoded(noise(SIZE, SIZE, BufferedImage.TYPE_INT_RGB), "png");

        assertThat(decoder.decode(png, SIZE, FIVE).rgb())
                .isEqualTo(decoder.decode(png, SIZE).rgb());
    }

    @Test
    void anImageWithAShorterSideIsResized() throws Exception {
        byte[] png = encoded(noise(100, 12, BufferedImage.TYPE_INT_RGB), "png");

        assertThat(decoder.decode(png, SIZE, FIVE).rgb())
                .isEqualTo(decoder.decode(png, SIZE).rgb());
    }

    @Test
    void theLimitsAreThoseOfResizing() throws Exception {
        byte[] png = encoded(noise(83, 61, BufferedImage.TYPE_INT_RGB), "png");
        ImageLimits tooSmall = new ImageLimits(1 << 20, 83 * 61 - 1, 100, 1_000, 1 << 20);
        ImageLimits tooLittle = new ImageLimits(1 << 20, 83 * 61, 100, 1_000, 9 * 83 * 61 - 1);

        for (ImageLimits limits : List.of(tooSmall, tooLittle)) {
            assertThatThrownBy(() -> new ImageDecoder(limits).decode(png, SIZE, FIVE))
                    .isInstanceOfSatisfying(
                            ImageRejectedException.class,
                            e -> assertThat(e.reason()).isEqualTo(ImageRejectedException.Reason.TOO_MANY_PIXELS));
        }
    }

    @Test
    void severalCropsAreNotTakenForASingleSquare() throws Exception {
        CanonicalImage image = decoder.decode(encoded(noise(83, 61, BufferedImage.TYPE_INT_RGB), "png"), SIZE, FIVE);

        assertThatThrownBy(image::rgb).isInstanceOf(IllegalStateException.class);
        assertThat(image.parts()).extracting(CanonicalImage::sha256).containsOnly(image.sha256());
        assertThat(image.parts()).extracting(CanonicalImage::rgb).isEqualTo(image.crops());
    }

    @Test
    void perturbationsChangeEachCropAsIfItWereTheWhole() throws Exception {
        CanonicalImage image = decoder.decode(encoded(noise(83, 61, BufferedImage.TYPE_INT_RGB), "png"), SIZE, FIVE);

        for (Perturbation perturbation : Perturbation.grid()) {
            CanonicalImage changed = perturbation.apply(image);
            assertThat(changed.sha256()).isEqualTo(image.sha256());
            assertThat(changed.crops()).hasSize(5);
            assertThat(changed.crops().get(0))
                    .isEqualTo(perturbation.apply(image.parts().get(0)).rgb());
            if (!perturbation.name().equals("noise")) {
                assertThat(changed.crops().get(4))
                        .isEqualTo(perturbation.apply(image.parts().get(4)).rgb());
            }
        }
    }

    @Test
    void cropsOfOneImageGetNoiseOfTheirOwn() {
        byte[] grey = new byte[SIZE * SIZE * 3];
        Arrays.fill(grey, (byte) 128);

        CanonicalImage noisy =
                Perturbation.named("noise").apply(new CanonicalImage("0".repeat(64), SIZE, List.of(grey, grey)));

        assertThat(noisy.crops().get(1)).isNotEqualTo(noisy.crops().get(0));
    }

    private static BufferedImage noise(int width, int height, int type) {
        Random random = new Random(width);
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        return image;
    }

    private static byte[] encoded(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    private static byte[] pixels(BufferedImage image, int left, int top) {
        ByteBuffer rgb = ByteBuffer.allocate(SIZE * SIZE * 3);
        for (int y = top; y < top + SIZE; y++) {
            for (int x = left; x < left + SIZE; x++) {
                int colour = image.getRGB(x, y);
                rgb.put((byte) (colour >> 16)).put((byte) (colour >> 8)).put((byte) colour);
            }
        }
        return rgb.array();
    }

    /** With an EXIF block that says: stored rows are seen as columns, the first one on the right. */
    private static byte[] turnedRight(byte[] jpeg) {
        byte[] name = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
        int length = 2 + name.length + 26;
        ByteBuffer turned = ByteBuffer.allocate(jpeg.length + 2 + length);
        turned.put(jpeg, 0, 2).putShort((short) 0xffe1).putShort((short) length);
        turned.put(name);
        turned.putShort((short) 0x4d4d).putShort((short) 42).putInt(8).putShort((short) 1);
        turned.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) 6);
        turned.position(2 + 2 + length);
        return turned.put(jpeg, 2, jpeg.length - 2).array();
    }
}
