package dev.whence.attributor.image;

import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;

/** The pictures of src/test/resources/images; make_images.py there says how each was made. */
final class Samples {
    /** Side of the canonical form that NAME.rgb holds. */
    static final int SIZE = 16;

    private Samples() {}

    /** Pictures whose expected pixels hold to the last bit. */
    static Stream<String> exact() {
        Stream<String> png = Stream.of(
                        "rgb",
                        "grey",
                        "grey1",
                        "greyalpha",
                        "rgba",
                        "rgb16",
                        "grey16",
                        "interlaced",
                        "keyed",
                        "palette",
                        "described")
                .map(name -> name + ".png");
        Stream<String> jpeg = Stream.of(
                        "baseline",
                        "full-chroma",
                        "progressive",
                        "restart",
                        "grey",
                        "rgb",
                        "cmyk",
                        "ycck",
                        "orientation-1",
                        "orientation-2",
                        "orientation-3",
                        "orientation-4",
                        "orientation-5",
                        "orientation-6",
                        "orientation-7",
                        "orientation-8")
                .map(name -> name + ".jpg");
        Stream<String> other = Stream.of(
                "lossless.webp",
                "flat.webp",
                "lossless-alpha.webp",
                "turned.webp",
                "animated.webp",
                "animated.gif",
                "interlaced.gif");
        return Stream.of(png, jpeg, other).flatMap(names -> names);
    }

    /** Lossy WebP: the decoder differs from libwebp, see {@link PixelDecoder}. */
    static Stream<String> close() {
        return Stream.of("lossy.webp", "lossy-alpha.webp");
    }

    static byte[] read(String name) throws IOException {
        try (InputStream in = Samples.class.getResourceAsStream("/images/" + name)) {
            if (in == null) {
                throw new IOException("No test resource images/" + name);
            }
            return in.readAllBytes();
        }
    }
}
