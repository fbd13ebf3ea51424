package dev.whence.attributor.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.whence.attributor.image.ImageRejectedException.Reason;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageRejectionTest {
    private static final int PNG_WIDTH = 16;
    private static final int PNG_CRC = 29;

    @Test
    void rejectsAnEmptyFile() {
        assertRejected(new byte[0], Reason.EMPTY_IMAGE);
    }

    @Test
    void rejectsTextWhateverItIsNamed() {
        assertRejected("This is not a picture.".getBytes(StandardCharsets.UTF_8), Reason.UNSUPPORTED_FORMAT);
    }

    @Test
    void rejectsAFormatThatTheJdkWouldRead() throws IOException {
        ByteArrayOutputStream bmp = new ByteArrayOutputStream();
        assertThat(ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "bmp", bmp))
                .isTrue();
        assertRejected(bmp.toByteArray(), Reason.UNSUPPORTED_FORMAT);
    }

    @Test
    void rejectsMoreBytesThanTheLimit() throws IOException {
        byte[] png = Samples.read("rgb.png");
        ImageLimits limits = new ImageLimits(png.length - 1, 1_000_000, 1_000, 1_000, 1 << 30);
        assertThatExceptionOfType(ImageRejectedException.class)
                .isThrownBy(() -> new ImageDecoder(limits).decode(png, 16))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.TOO_MANY_BYTES));
    }

    @Test
    void rejectsImageLargerThanThePixelLimit() throws Exception {
        byte[] png = Samples.read("rgb.png"); // 41 x 28
        assertThat(new ImageDecoder(new ImageLimits(10_000, 41 * 28, 41, 1_000, 1 << 30))
                        .decode(png, 16)
                        .size())
                .isEqualTo(16);
        for (ImageLimits limits : new ImageLimits[] {
            new ImageLimits(10_000, 41 * 28 - 1, 41, 1_000, 1 << 30),
            new ImageLimits(10_000, 41 * 28, 40, 1_000, 1 << 30)
        }) {
            assertThatExceptionOfType(ImageRejectedException.class)
                    .isThrownBy(() -> new ImageDecoder(limits).decode(png, 16))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.TOO_MANY_PIXELS));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {65_535, 16_385, Integer.MAX_VALUE})
    void rejectsAPngWhoseHeaderClaimsAHugeSquare(int side) throws IOException {
        byte[] png = Samples.read("rgb.png");
        ByteBuffer.wrap(png).putInt(PNG_WIDTH, side).putInt(PNG_WIDTH + 4, side);
        repairPngChecksums(png);
        assertRejected(png, Reason.TOO_MANY_PIXELS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void rejectsAPngWithoutASide(int side) throws IOException {
        byte[] png = Samples.read("rgb.png");
        ByteBuffer.wrap(png).putInt(PNG_WIDTH, side);
        repairPngChecksums(png);
        assertRejected(png, Reason.CORRUPT_IMAGE);
    }

    @Test
    void rejectsA35ByteGifThatDeclaresTwoThousandMillionPixels() {
        ByteBuffer gif = ByteBuffer.allocate(35).order(ByteOrder.LITTLE_ENDIAN);
        gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) 65_535)
                .putShort((short) 32_767);
        gif.put(new byte[] {(byte) 0x80, 0, 0, 0, 0, 0, (byte) 255, (byte) 255, (byte) 255});
        gif.put((byte) 0x2c)
                .putInt(0)
                .putShort((short) 65_535)
                .putShort((short) 32_767)
                .put((byte) 0);
        gif.put(new byte[] {2, 1, 0x2c, 0, 0x3b});
        assertRejected(gif.array(), Reason.TOO_MANY_PIXELS);
    }

    @Test
    void rejectsAGifWhoseFrameIsLargerThanItsScreenAndTheLimits() throws IOException {
        byte[] gif = Samples.read("interlaced.gif");
        int frame = indexOf(gif, 0x2c);
        ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN).putInt(frame + 5, 0xffff_ffff);
        assertRejected(gif, Reason.TOO_MANY_PIXELS);
    }

    @Test
    void rejectsAWebpOfThirtyBytesThatDeclaresTheLargestSquare() {
        ByteBuffer webp = ByteBuffer.allocate(30).order(ByteOrder.LITTLE_ENDIAN);
        webp.put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(22)
                .put("WEBPVP8L".getBytes(StandardCharsets.US_ASCII));
        webp.putInt(10).put((byte) 0x2f).putInt(0x0fff_ffff);
        assertRejected(webp.array(), Reason.TOO_MANY_PIXELS);
    }

    @Test
    void rejectsMorePixelsThanSoFewBytesCanMean() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(6_000, 6_000, BufferedImage.TYPE_BYTE_BINARY), "png", png);
        assertThat(png.size()).isLessThan(36_000);
        assertRejected(png.toByteArray(), Reason.TOO_MANY_PIXELS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgb.png",
                "interlaced.png",
                "palette.png",
                "baseline.jpg",
                "progressive.jpg",
                "restart.jpg",
                "cmyk.jpg",
                "animated.gif",
                "interlaced.gif",
                "lossy.webp",
                "lossless.webp",
                "lossy-alpha.webp",
                "animated.webp"
            })
    void rejectsAFileThatEndsTooEarlyWhereverItEnds(String name) throws IOException {
        byte[] whole = Samples.read(name);
        // A GIF may end after its first frame.
        int essential = name.endsWith(".gif") ? indexOf(whole, 0x2c) + 100 : whole.length;
        for (int length = 12; length < essential; length++) {
            assertRejected(Arrays.copyOf(whole, length), Reason.CORRUPT_IMAGE);
        }
    }

    @Test
    void rejectsAJpegWhosePixelsAreCutOffThoughItsEndMarkerIsThere() throws IOException {
        for (String name : new String[] {"baseline.jpg", "progressive.jpg", "restart.jpg"}) {
            byte[] jpeg = Samples.read(name);
            byte[] cut = Arrays.copyOf(jpeg, jpeg.length - 40);
            cut[cut.length - 2] = (byte) 0xff;
            cut[cut.length - 1] = (byte) 0xd9;
            assertRejected(cut, Reason.CORRUPT_IMAGE);
        }
    }

    @Test
    void rejectsAGifWhosePixelsEndTooEarlyThoughItsBlocksAreWhole() throws IOException {
        byte[] gif = Samples.read("interlaced.gif");
        int data = indexOf(gif, 0x2c) + 10;
        byte[] cut = Arrays.copyOf(gif, data + 1 + 1 + 20 + 2);
        cut[data + 1] = 20;
        cut[cut.length - 2] = 0;
        cut[cut.length - 1] = 0x3b;
        assertRejected(cut, Reason.CORRUPT_IMAGE);
    }

    @Test
    void rejectsAPngWithADamagedChunk() throws IOException {
        byte[] png = Samples.read("rgb.png");
        png[png.length / 2] ^= 1;
        assertRejected(png, Reason.CORRUPT_IMAGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"twelve-bit.jpg", "lossless.jpg", "arithmetic.jpg"})
    void rejectsJpegVariantsThatNoDecoderHereReads(String name) throws IOException {
        assertRejected(Samples.read(name), Reason.UNSUPPORTED_FORMAT);
    }

    @Test
    void rejectsALossyWebpThatTakesMoreMemoryThanTheLimit() throws Exception {
        byte[] webp = Samples.read("lossy.webp"); // 41 x 28, at 120 bytes a pixel
        ImageLimits enough = new ImageLimits(10_000, 10_000, 100, 1_000, 41 * 28 * 120);
        assertThat(new ImageDecoder(enough).decode(webp, 16).size()).isEqualTo(16);
        ImageLimits tooLittle = new ImageLimits(10_000, 10_000, 100, 1_000, 41 * 28 * 120 - 1);
        assertThatExceptionOfType(ImageRejectedException.class)
                .isThrownBy(() -> new ImageDecoder(tooLittle).decode(webp, 16))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.TOO_MANY_PIXELS));
    }

    /** RFC 9649, section 4: each kind of transform may be there once. The decoder does not mind, and would work for minutes. */
    @Test
    void rejectsALosslessWebpThatRepeatsATransformTenThousandTimes() throws Exception {
        assertThat(new ImageDecoder(ImageLimits.DEFAULT)
                        .decode(blackWebp(1), 16)
                        .rgb())
                .containsOnly(0);
        assertRejected(blackWebp(10_000), Reason.CORRUPT_IMAGE);
    }

    /** A black square of 1000 x 1000 opaque pixels that lists the transform "subtract green" so many times. */
    private static byte[] blackWebp(int transforms) {
        BitSet bits = new BitSet();
        int at = 0;
        for (int i = 0; i < transforms; i++) {
            bits.set(at); // another transform: number 2
            bits.set(at + 2);
            at += 3;
        }
        at += 3; // no more transforms, no colour cache, no groups of codes
        for (int code = 0; code < 5; code++) {
            bits.set(at); // a code with one symbol
            if (code == 3) {
                bits.set(at + 2); // of 8 bits: alpha 255
                bits.set(at + 3, at + 11);
                at += 7;
            }
            at += 4;
        }
        byte[] body = Arrays.copyOf(bits.toByteArray(), (at / 8 + 64) | 1);
        ByteBuffer webp = ByteBuffer.allocate(25 + body.length).order(ByteOrder.LITTLE_ENDIAN);
        webp.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(webp.capacity() - 8);
        webp.put("WEBPVP8L".getBytes(StandardCharsets.US_ASCII)).putInt(5 + body.length);
        return webp.put((byte) 0x2f).putInt(999 | 999 << 14).put(body).array();
    }

    @Test
    void ignoresBytesAfterTheEndOfTheImage() throws Exception {
        for (String name : new String[] {"rgb.png", "baseline.jpg", "animated.gif", "lossless.webp"}) {
            byte[] image = Samples.read(name);
            byte[] longer = Arrays.copyOf(image, image.length + 1000);
            ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
            assertThat(decoder.decode(longer, 16).rgb())
                    .isEqualTo(decoder.decode(image, 16).rgb());
        }
    }

    @Test
    void refusesLimitsThatLimitNothing() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ImageLimits(0, 1, 1, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new ImageLimits(1, 1, 16_385, 1, 1));
    }

    private static void assertRejected(byte[] encoded, Reason reason) {
        assertThatExceptionOfType(ImageRejectedException.class)
                .as("%d bytes", encoded.length)
                .isThrownBy(() -> new ImageDecoder(ImageLimits.DEFAULT).decode(encoded, 16))
                .satisfies(e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }

    /** Where the image descriptor of a GIF without application extensions begins. */
    private static int indexOf(byte[] gif, int block) {
        int at = 13 + (3 << ((gif[10] & 7) + 1));
        while ((gif[at] & 0xff) != block) {
            at += 2;
            while (gif[at] != 0) {
                at += 1 + (gif[at] & 0xff);
            }
            at++;
        }
        return at;
    }

    private static void repairPngChecksums(byte[] png) {
        CRC32 crc = new CRC32();
        crc.update(png, 12, PNG_CRC - 12);
        ByteBuffer.wrap(png).putInt(PNG_CRC, (int) crc.getValue());
    }
}
