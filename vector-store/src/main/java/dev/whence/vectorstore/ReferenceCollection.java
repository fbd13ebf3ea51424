package dev.whence.vectorstore;

import java.util.List;

/**
 * The real data manifold in one embedding space: real vectors, asked for the nearest neighbours of a query.
 *
 * <p>Distances are L2. Safe for concurrent searches; one thread adds at a time.
 */
public interface ReferenceCollection extends AutoCloseable {

    /** Number of components of every vector. */
    int dimension();

    /** Number of vectors that a search sees. */
    long count();

    /**
     * Adds the vectors durably, all or none: when this returns they are on disk and searches see them.
     *
     * @throws IllegalArgumentException if a vector does not fit the collection or an id is in it already
     */
    void add(List<ReferenceVector> vectors);

    /**
     * The k closest reference points of each query, closest first, with their vectors; of points at the same distance
     * the one added first comes first. A point whose SHA-256 is the query's own is never its neighbour. Fewer than k come
     * back only when the collection holds fewer others.
     *
     * @param k 1 to 64
     * @return one list for each query, in their order
     * @throws IllegalArgumentException if k is out of range or a query does not fit the collection
     */
    List<List<Neighbour>> search(List<Query> queries, int k);

    @Override
    void close();

    /**
     * @param id id of the real image, its own in the collection
     * @param sha256 SHA-256 of its encoded bytes, 64 lower-case hex digits
     * @param vector its embedding
     */
    record ReferenceVector(String id, String sha256, float[] vector) {}

    /**
     * @param sha256 SHA-256 of the query image's encoded bytes, 64 lower-case hex digits: leave one out
     * @param vector its embedding
     */
    record Query(String sha256, float[] vector) {}

    /**
     * @param distance exact L2 distance to the query
     * @param vector the reference vector as it was added
     */
    record Neighbour(String id, double distance, float[] vector) {}
}
