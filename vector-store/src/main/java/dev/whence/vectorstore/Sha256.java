package dev.whence.vectorstore;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A SHA-256 as four big-endian words: compared without an allocation. */
record Sha256(long first, long second, long third, long fourth) {
    static final int BYTES = 32;

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    /** @throws IllegalArgumentException unless hex is 64 lower-case hex digits */
    static Sha256 parse(String hex, String whose) {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException(
                    "The SHA-256 of " + whose + " is not 64 lower-case hex digits: pass the digest of its bytes.");
        }
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        return new Sha256(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    static boolean isHex(String text) {
        return HEX.matcher(text).matches();
    }

    static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java has no SHA-256, which every Java must have.", e);
        }
    }

    void putInto(ByteBuffer bigEndian) {
        bigEndian.putLong(first).putLong(second).putLong(third).putLong(fourth);
    }

    boolean isAt(ByteBuffer bigEndian, int offset) {
        return bigEndian.getLong(offset) == first
                && bigEndian.getLong(offset + 8) == second
                && bigEndian.getLong(offset + 16) == third
                && bigEndian.getLong(offset + 24) == fourth;
    }
}
