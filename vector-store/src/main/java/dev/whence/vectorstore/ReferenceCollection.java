package dev.whence.vectorstore;

import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The real data manifold in one embedding space: real vectors, asked for the nearest neighbours of a query.
 *
 * <p>Safe for concurrent searches; one thread adds or deletes at a time. What an engine could not do it throws as a
 * {@link ReferenceStoreException}, whose reason says whether the same call can succeed later.
 */
public interface ReferenceCollection extends AutoCloseable, Iterable<ReferenceCollection.ReferenceVector> {
    /** The largest number of neighbours that a search returns. */
    int MAX_NEIGHBOURS = 64;

    /** Number of components of every vector. */
    int dimension();

    /** How far apart two vectors are. */
    Metric metric();

    /** Number of vectors that a search sees. */
    long count();

    /**
     * Adds the vectors durably: when this returns, searches see them and they outlive a crash.
     *
     * @throws IllegalArgumentException if a vector does not fit the collection or an id is in it already; nothing was
     *     added
     */
    void add(List<ReferenceVector> vectors);

    /**
     * Deletes the vectors with these ids durably: when this returns, no search finds them. Ids that are not in the
     * collection are passed over.
     *
     * @return how many vectors were deleted
     */
    long delete(Collection<String> ids);

    /**
     * The closest reference points of each query, closest first, with their vectors. A point whose SHA-256 is the
     * query's own is never its neighbour. Fewer than k come back only when the collection holds fewer that qualify.
     *
     * @return one list for each query, in their order
     * @throws IllegalArgumentException if a query does not fit the collection
     */
    List<List<Neighbour>> search(List<Query> queries, Search search);

    /** The same, without waiting where the engine is elsewhere; failures arrive in the future. */
    default CompletableFuture<List<List<Neighbour>>> searchAsync(List<Query> queries, Search search) {
        try {
            return CompletableFuture.completedFuture(search(queries, search));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    void close();

    /**
     * All vectors that a search sees, in an order of the engine's that stays while nothing is added or deleted. Reads
     * ahead a bounded number of vectors; needs the collection to stay open, and no closing of its own.
     *
     * @throws ReferenceStoreException from here or from the iterator, if the vectors can't be read
     */
    @Override
    default Iterator<ReferenceVector> iterator() {
        throw new UnsupportedOperationException("This engine does not iterate over its vectors yet.");
    }

    /** How far apart two vectors are. */
    enum Metric {
        /** Length of the difference. */
        L2,
        /** One minus the cosine of the angle, 0 to 2. A vector of zeros has none and is refused. */
        COSINE
    }

    /**
     * @param id id of the real image, its own in the collection
     * @param sha256 SHA-256 of its encoded bytes, 64 lower-case hex digits
     * @param dataSet the set of real images it is from; empty where that does not matter
     * @param vector its embedding
     */
    record ReferenceVector(String id, String sha256, String dataSet, float[] vector) {}

    /**
     * @param sha256 SHA-256 of the query image's encoded bytes, 64 lower-case hex digits: leave one out
     * @param vector its embedding
     */
    record Query(String sha256, float[] vector) {}

    /**
     * What is asked for each query.
     *
     * @param k 1 to {@value #MAX_NEIGHBOURS}
     * @param fartherThan points at this distance or closer are near-duplicates of the query and no neighbours of it;
     *     negative: there are none
     * @param dataSet only points of this data set are neighbours; null: of all
     */
    record Search(int k, double fartherThan, @Nullable String dataSet) {
        public Search {
            if (k < 1 || k > MAX_NEIGHBOURS) {
                throw new IllegalArgumentException(
                        "A search can't return " + k + " neighbours: pass 1 to " + MAX_NEIGHBOURS + ".");
            }
            if (Double.isNaN(fartherThan)) {
                throw new IllegalArgumentException("The distance of near-duplicates is not a number.");
            }
        }

        /** The k closest points, near-duplicates among them. */
        public static Search nearest(int k) {
            return new Search(k, -1, null);
        }
    }

    /**
     * @param distance exact distance to the query in the collection's metric
     * @param stored the reference vector as it was added, from 0 to its dimension, where it lies: nothing was copied yet
     */
    record Neighbour(String id, double distance, FloatBuffer stored) {
        /** One whose vector is this array. */
        public Neighbour(String id, double distance, float[] vector) {
            this(id, distance, FloatBuffer.wrap(vector));
        }

        /** A copy of the reference vector. */
        public float[] vector() {
            float[] copy = new float[stored.capacity()];
            read(copy);
            return copy;
        }

        /** Copies the reference vector into an array of its length. */
        public void read(float[] into) {
            stored.get(0, into);
        }
    }
}
