package dev.whence.attributor.image;

import java.util.Optional;

/** The formats that are read, told apart by their first bytes and never by a name. */
enum ImageFormat {
    PNG("png"),
    JPEG("jpeg"),
    GIF("gif"),
    WEBP("webp");

    /** As an ImageIO plug-in calls it. */
    final String pluginName;

    ImageFormat(String pluginName) {
        this.pluginName = pluginName;
    }

    static Optional<ImageFormat> of(byte[] encoded) {
        if (startsWith(encoded, 0, "\u0089PNG\r\n\u001a\n")) {
            return Optional.of(PNG);
        }
        if (startsWith(encoded, 0, "\u00ff\u00d8\u00ff")) {
            return Optional.of(JPEG);
        }
        if (startsWith(encoded, 0, "GIF87a") || startsWith(encoded, 0, "GIF89a")) {
            return Optional.of(GIF);
        }
        if (startsWith(encoded, 0, "RIFF") && startsWith(encoded, 8, "WEBP")) {
            return Optional.of(WEBP);
        }
        return Optional.empty();
    }

    private static boolean startsWith(byte[] encoded, int offset, String magic) {
        if (encoded.length < offset + magic.length()) {
            return false;
        }
        for (int i = 0; i < magic.length(); i++) {
            if ((encoded[offset + i] & 0xff) != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
