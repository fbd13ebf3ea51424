package dev.whence.stream.engine;

import dev.whence.stream.metrics.JobMetrics;
import dev.whence.vectorstore.ReferenceStoreException;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits while the server that holds the reference does not answer, longer each time, and tries again. The images wait with
 * it: the operator in front is full soon and holds back the source. Another failure of the store is the fault of no image
 * either: it breaks the engine at once.
 */
final class StorePatience implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StorePatience.class);
    private static final long FIRST_WAIT_MILLIS = 200;
    private static final long LONGEST_WAIT_MILLIS = 10_000;

    private final Duration limit;
    private final JobMetrics metrics;
    private final CountDownLatch closing = new CountDownLatch(1);

    /** @param limit how long after its first failure a call is given up */
    StorePatience(Duration limit, JobMetrics metrics) {
        this.limit = limit;
        this.metrics = metrics;
    }

    /**
     * @throws BrokenEngineException if the server did not come back in time, or the store failed in another way
     * @throws CancellationException if this was closed meanwhile
     */
    <T> T call(Supplier<T> work) {
        long firstFailure = 0;
        for (long wait = FIRST_WAIT_MILLIS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MILLIS)) {
            try {
                T result = work.get();
                if (firstFailure != 0) {
                    LOG.warn("The reference answers again after {} ms", millisSince(firstFailure));
                }
                return result;
            } catch (ReferenceStoreException e) {
                if (e.reason() != Reason.UNAVAILABLE) {
                    throw new BrokenEngineException("The reference cannot be searched", e);
                }
                firstFailure = firstFailure == 0 ? System.nanoTime() : firstFailure;
                long left = limit.toMillis() - millisSince(firstFailure);
                if (left <= 0) {
                    throw new BrokenEngineException(
                            "The reference has not answered for %d s".formatted(limit.toSeconds()), e);
                }
                await(Math.min(wait, left), left, e);
            }
        }
    }

    private void await(long millis, long left, ReferenceStoreException cause) {
        metrics.storeWait();
        LOG.warn(
                "The reference does not answer; images wait and the next try is in {} ms, the last in {} ms: {}",
                millis,
                left,
                cause.getMessage());
        try {
            if (closing.await(millis, TimeUnit.MILLISECONDS)) {
                throw new CancellationException("The engine closes while the reference does not answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("Interrupted while the reference does not answer");
        }
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    /** Ends every wait. */
    @Override
    public void close() {
        closing.countDown();
    }
}
