package dev.whence.schemas;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;

/** The name of an image everywhere: the SHA-256 of its encoded bytes as 64 lower-case hex digits. */
@NullMarked
public final class ImageId {
    private static final Pattern SHAPE = Pattern.compile("[0-9a-f]{64}");

    private ImageId() {}

    /** The id of the image with these encoded bytes. */
    public static String of(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Whether the text has the shape of an id. */
    public static boolean isValid(String text) {
        return SHAPE.matcher(text).matches();
    }
}
