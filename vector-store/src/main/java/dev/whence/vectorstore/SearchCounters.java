package dev.whence.vectorstore;

import java.util.concurrent.atomic.LongAdder;

/** The counters behind {@link SearchStatistics}. */
final class SearchCounters {
    final LongAdder queries = new LongAdder();
    final LongAdder rowsScanned = new LongAdder();
    final LongAdder rowsMeasured = new LongAdder();
    final LongAdder secondPasses = new LongAdder();
    final LongAdder bytesRead = new LongAdder();

    SearchStatistics read() {
        return new SearchStatistics(
                queries.sum(), rowsScanned.sum(), rowsMeasured.sum(), secondPasses.sum(), bytesRead.sum());
    }
}
