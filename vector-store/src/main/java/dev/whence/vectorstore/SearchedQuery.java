package dev.whence.vectorstore;

import dev.whence.vectorstore.ReferenceCollection.Metric;

/**
 * A query that has been checked.
 *
 * @param vector of unit length where the metric is cosine
 */
record SearchedQuery(double[] vector, Sha256 sha256) {
    static SearchedQuery of(float[] vector, Sha256 sha256, Metric metric) {
        double scale = metric == Metric.L2 ? 1 : 1 / Distances.length(vector);
        return new SearchedQuery(Distances.scaled(vector, scale), sha256);
    }
}
