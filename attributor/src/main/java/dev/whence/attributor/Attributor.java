package dev.whence.attributor;

import dev.whence.attributor.image.ImageRejectedException;
import java.nio.file.Path;
import java.util.List;

/**
 * Answers whence images come: a model bundle and the reference it was trained against, opened together.
 *
 * <p>Safe for use by several threads; {@link #attribute} is meant to be called with batches.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Attributor implements AutoCloseable {

    /**
     * @param threads threads of the inference engine and of the search, at least 1
     */
    public static Attributor open(Path bundle, Path reference, int threads) {
        throw new UnsupportedOperationException("in the making");
    }

    /**
     * Decodes the bytes of a stranger within the limits and brings them into the canonical form of this bundle.
     *
     * @throws ImageRejectedException when the bytes are no image that can be attributed
     */
    public CanonicalImage canonical(byte[] encoded) throws ImageRejectedException {
        throw new UnsupportedOperationException("in the making");
    }

    /** Attributes a batch. */
    public BatchAttribution attribute(List<CanonicalImage> images) {
        throw new UnsupportedOperationException("in the making");
    }

    /** Name, version and hash of the bundle, and what runs it. */
    public ModelIdentity model() {
        throw new UnsupportedOperationException("in the making");
    }

    /** Name and version of the reference. */
    public ReferenceIdentity reference() {
        throw new UnsupportedOperationException("in the making");
    }

    @Override
    public void close() {}

    /** As an event reports it. */
    public record ModelIdentity(String name, String version, String sha256, String engine, String precision) {}

    /** As an event reports it. */
    public record ReferenceIdentity(String name, String version) {}
}
