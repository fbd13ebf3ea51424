package dev.whence.attributor.reference;

import dev.whence.vectorstore.milvus.MilvusIndex;

/** Where the vectors of a new reference are kept. */
public sealed interface ReferenceStore {
    /** A folder for each space beside {@code reference.json}. */
    record Embedded() implements ReferenceStore {}

    /**
     * A collection for each space on a Milvus server.
     *
     * @param uri http://HOST:PORT, without credentials
     */
    record Milvus(String uri, MilvusIndex index, MilvusAccess access) implements ReferenceStore {}
}
