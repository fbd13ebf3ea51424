package dev.whence.schemas.blob;

/**
 * Keeps images that are too large for a message, under their own SHA-256. A uri is {@code blob:} and 64 lower-case hex
 * digits, wherever the store keeps its bytes: what a stranger writes into a message can name no other place. Thread safe.
 */
public interface BlobStore {

    /**
     * Keeps the bytes and returns their uri; bytes that are there already are not written again.
     *
     * @throws BlobUnavailableException if they cannot be written
     */
    String put(byte[] bytes) throws BlobUnavailableException;

    /**
     * The bytes of a uri, their hash verified.
     *
     * @param maxBytes no more than these are read
     * @throws BlobUnavailableException if the uri is not one of a blob, or the store has no such blob, cannot be read,
     *     or holds more bytes than {@code maxBytes} or other bytes than the uri names
     */
    byte[] get(String uri, int maxBytes) throws BlobUnavailableException;
}
