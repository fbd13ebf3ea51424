package dev.whence.attributor;

/**
 * An image as it came: encoded bytes that nobody has looked at yet.
 *
 * @param name where it came from, for messages and for splitting by name; never opened as a path
 */
public record EncodedImage(String name, byte[] bytes) {
    /** The last part of the name. */
    public String fileName() {
        return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('!')) + 1);
    }
}
