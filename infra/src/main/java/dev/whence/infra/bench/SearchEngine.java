package dev.whence.infra.bench;

import dev.whence.vectorstore.ReferenceCollection.Query;
import java.util.List;
import java.util.Optional;

/** One way to search, as the benchmark sees it. */
interface SearchEngine extends AutoCloseable {
    /** One of the forms of the reference to beat. */
    enum Role {
        SUBJECT,
        GEMM,
        MILVUS_FLAT,
        MILVUS_HNSW
    }

    String name();

    Role role();

    /** Ids of the nearest rows of each query. */
    List<List<String>> search(List<Query> queries, int k);

    /** CPU time that the engine's processes have used so far, in nanoseconds. */
    long cpuNanos();

    /** Whether the engine proves that each answer is right. */
    boolean certified();

    /** Bytes that the engine keeps on disk; empty where that is not known. */
    Optional<Long> bytesOnDisk();

    /** What the engine has done since it was opened; empty where it does not say. */
    Optional<Work> work();

    @Override
    void close();

    /**
     * Totals over queries.
     *
     * @param rowsScanned rows that the first pass looked at
     * @param rowsMeasured rows whose exact distance was taken
     * @param secondPasses queries that went over all vectors, after a first pass or without
     * @param bytesRead bytes of both
     */
    record Work(long queries, long rowsScanned, long rowsMeasured, long secondPasses, long bytesRead) {
        Work minus(Work earlier) {
            return new Work(
                    queries - earlier.queries,
                    rowsScanned - earlier.rowsScanned,
                    rowsMeasured - earlier.rowsMeasured,
                    secondPasses - earlier.secondPasses,
                    bytesRead - earlier.bytesRead);
        }

        double perQuery(long total) {
            return (double) total / Math.max(1, queries);
        }
    }
}
