package dev.whence.attributor.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.attributor.CanonicalImage;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageDecoderTest {
    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);

    @ParameterizedTest
    @MethodSource("dev.whence.attributor.image.Samples#exact")
    void decodesToThePixelsOfAnIndependentDecoder(String name) throws Exception {
        assertThat(differences(name)).isZero();
    }

    @ParameterizedTest
    @MethodSource("dev.whence.attributor.image.Samples#close")
    void decodesLossyWebpCloseToLibwebp(String name) throws Exception {
        assertThat(differences(name)).isLessThanOrEqualTo(3);
    }

    @Test
    void carriesTheSha256OfTheEncodedBytes() throws Exception {
        CanonicalImage image = decoder.decode(Samples.read("rgb.png"), 32);
        // sha256sum rgb.png
        assertThat(image.sha256()).isEqualTo("f05d5f5cfb0b542edc2f57d709b03f86f08a86e6b2c16adef66b1fabe8785fbe");
        assertThat(image.size()).isEqualTo(32);
    }

    @Test
    void refusesASizeItCannotResampleTo() {
        assertThatThrownBy(() -> decoder.decode(Samples.read("rgb.png"), 4))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The largest difference of any sample. */
    private int differences(String name) throws IOException, ImageRejectedException {
        byte[] expected = Samples.read(name + ".rgb");
        byte[] actual = decoder.decode(Samples.read(name), Samples.SIZE).rgb();
        assertThat(actual).hasSameSizeAs(expected);
        int largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs((expected[i] & 0xff) - (actual[i] & 0xff)));
        }
        return largest;
    }
}
