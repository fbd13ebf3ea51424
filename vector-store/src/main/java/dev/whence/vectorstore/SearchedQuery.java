package dev.whence.vectorstore;

import dev.whence.vectorstore.ReferenceCollection.Metric;

/**
 * A query that has been checked.
 *
 * @param scale what its components are multiplied with: 1, or what gives it unit length
 */
record SearchedQuery(float[] vector, Sha256 sha256, double scale) {
    static SearchedQuery of(float[] vector, Sha256 sha256, Metric metric) {
        return new SearchedQuery(vector, sha256, metric == Metric.L2 ? 1 : 1 / Distances.length(vector));
    }
}
