package dev.whence.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** The image formats that can be attributed, told by their first bytes; names and declared types are not believed. */
enum ImageFormat {
    PNG("image/png"),
    JPEG("image/jpeg"),
    WEBP("image/webp"),
    GIF("image/gif");

    private static final byte[] PNG_SIGNATURE = HexFormat.of().parseHex("89504e470d0a1a0a");
    private static final byte[] JPEG_START = HexFormat.of().parseHex("ffd8ff");
    private static final byte[] RIFF = ascii("RIFF");
    private static final byte[] WEBP_FORM = ascii("WEBP");
    private static final byte[] GIF_87 = ascii("GIF87a");
    private static final byte[] GIF_89 = ascii("GIF89a");

    private final String mediaType;

    ImageFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    String mediaType() {
        return mediaType;
    }

    static Optional<ImageFormat> of(byte[] bytes) {
        if (hasAt(bytes, 0, PNG_SIGNATURE)) {
            return Optional.of(PNG);
        }
        if (hasAt(bytes, 0, JPEG_START)) {
            return Optional.of(JPEG);
        }
        if (hasAt(bytes, 0, RIFF) && hasAt(bytes, 8, WEBP_FORM)) {
            return Optional.of(WEBP);
        }
        if (hasAt(bytes, 0, GIF_87) || hasAt(bytes, 0, GIF_89)) {
            return Optional.of(GIF);
        }
        return Optional.empty();
    }

    private static boolean hasAt(byte[] bytes, int offset, byte[] expected) {
        int end = offset + expected.length;
        return bytes.length >= end && Arrays.equals(bytes, offset, end, expected, 0, expected.length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
