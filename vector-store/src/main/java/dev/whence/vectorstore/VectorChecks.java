package dev.whence.vectorstore;

import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What every engine checks before it stores or searches, in the same words. */
public final class VectorChecks {
    private static final int MAX_TEXT_BYTES = 1024;

    private VectorChecks() {}

    /** @throws IllegalArgumentException if a vector does not fit the collection, or two have the same id */
    public static void checkAddition(List<ReferenceVector> vectors, int dimension, Metric metric, String collection) {
        Set<String> ids = new HashSet<>();
        for (ReferenceVector vector : vectors) {
            int idBytes = bytes(vector.id(), "id");
            if (idBytes == 0 || idBytes > MAX_TEXT_BYTES) {
                throw new IllegalArgumentException(
                        "A vector's id has " + idBytes + " bytes: give it 1 to " + MAX_TEXT_BYTES + ".");
            }
            String whose = "the vector '" + vector.id() + "'";
            int dataSetBytes = bytes(vector.dataSet(), "data set");
            if (dataSetBytes > MAX_TEXT_BYTES) {
                throw new IllegalArgumentException("The data set of " + whose + " has " + dataSetBytes
                        + " bytes: give it at most " + MAX_TEXT_BYTES + ".");
            }
            if (!ids.add(vector.id())) {
                throw usedTwice(vector.id(), collection);
            }
            Sha256.parse(vector.sha256(), whose);
            checkVector(vector.vector(), dimension, metric, whose);
        }
    }

    /** What to throw where an id is in the collection already. */
    public static IllegalArgumentException usedTwice(String id, String collection) {
        return new IllegalArgumentException(
                "The id '" + id + "' is used twice in the collection " + collection + ": give every vector its own.");
    }

    /** @throws IllegalArgumentException if a query does not fit the collection */
    public static void checkQueries(List<Query> queries, int dimension, Metric metric) {
        for (Query query : queries) {
            checkVector(query.vector(), dimension, metric, "a query");
            Sha256.parse(query.sha256(), "a query");
        }
    }

    private static void checkVector(float[] vector, int dimension, Metric metric, String whose) {
        if (vector.length != dimension) {
            throw new IllegalArgumentException("The dimension of " + whose + " is " + vector.length
                    + ", that of the collection " + dimension + ": embed it with the collection's own space.");
        }
        boolean zero = true;
        for (float component : vector) {
            if (!Float.isFinite(component)) {
                throw new IllegalArgumentException(
                        "A component of " + whose + " is " + component + ": only finite ones can be compared.");
            }
            zero &= component == 0;
        }
        if (zero && metric == Metric.COSINE) {
            throw new IllegalArgumentException(
                    "All components of " + whose + " are zero: such a vector has no angle to others, leave it out.");
        }
    }

    /** @throws IllegalArgumentException if the text has half a character, which no encoding keeps */
    private static int bytes(String text, String what) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(text))
                    .remaining();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "A vector's " + what + " has half a character (a lone surrogate): give it whole ones.", e);
        }
    }
}
