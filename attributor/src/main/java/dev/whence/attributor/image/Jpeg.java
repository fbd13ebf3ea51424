package dev.whence.attributor.image;

import dev.whence.attributor.CanonicalImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageWriterSpi;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** There and back by the JDK's JPEG encoder, chroma halved both ways as is its default, and the product's decoder. */
final class Jpeg {
    private static final ImageDecoder DECODER = new ImageDecoder(ImageLimits.DEFAULT);
    private static final ImageWriterSpi ENCODER = encoder();

    private Jpeg() {}

    /** @param quality 1 to 100, on libjpeg's scale */
    static CanonicalImage reencode(CanonicalImage image, int quality) {
        try {
            byte[] rgb = DECODER.decode(encode(image, quality), image.size()).rgb();
            return new CanonicalImage(image.sha256(), image.size(), rgb);
        } catch (ImageRejectedException e) {
            throw new IllegalStateException("The decoder rejects a JPEG that was encoded here", e);
        } catch (IOException e) {
            throw new UncheckedIOException("Nothing is written but memory", e);
        }
    }

    private static byte[] encode(CanonicalImage image, int quality) throws IOException {
        BufferedImage buffered = RgbPicture.of(image.rgb(), image.size());
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        ImageWriter writer = ENCODER.createWriterInstance();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(encoded)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(quality / 100f);
            writer.setOutput(out);
            writer.write(null, new IIOImage(buffered, null, null), param);
        } finally {
            writer.dispose();
        }
        return encoded.toByteArray();
    }

    /** The JDK's own, whatever else the class path registers. */
    private static ImageWriterSpi encoder() {
        Iterator<ImageWriterSpi> registered =
                IIORegistry.getDefaultInstance().getServiceProviders(ImageWriterSpi.class, true);
        while (registered.hasNext()) {
            ImageWriterSpi spi = registered.next();
            if (spi.getClass().getModule() == ImageWriter.class.getModule()
                    && List.of(spi.getFormatNames()).contains("jpeg")) {
                return spi;
            }
        }
        throw new IllegalStateException("The java.desktop module writes no JPEG");
    }
}
