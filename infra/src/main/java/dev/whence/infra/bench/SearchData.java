package dev.whence.infra.bench;

import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.util.List;

/**
 * Vectors to search among and queries that are not among them.
 *
 * @param origin where they are from, with the seed where there is one
 */
public record SearchData(String name, String origin, List<ReferenceVector> rows, List<Query> queries) {
    public SearchData {
        if (rows.isEmpty() || queries.isEmpty()) {
            throw new IllegalArgumentException("%s has %,d vectors and %,d queries: a benchmark needs both"
                    .formatted(name, rows.size(), queries.size()));
        }
    }

    int dimension() {
        return rows.get(0).vector().length;
    }

    /** Bytes of the vectors themselves. */
    long rawBytes() {
        return 4L * dimension() * rows.size();
    }
}
