package dev.whence.stream.engine;

import dev.whence.schemas.blob.BlobStoreAwayException;
import dev.whence.stream.metrics.JobMetrics;
import dev.whence.vectorstore.ReferenceStoreException;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits while the server that holds the reference does not answer, or the blob store is not there, longer each time, and tries
 * again. The images wait with it: the operator in front is full soon and holds back the source. Another failure of the
 * reference's store is the fault of no image either: it breaks the engine at once.
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
     * @throws BrokenEngineException if the store did not come back in time, or the reference's failed in another way
     * @throws CancellationException if this was closed meanwhile
     */
    <T, E extends Exception> T call(Work<T, E> work) throws E {
        long firstFailure = 0;
        for (long wait = FIRST_WAIT_MILLIS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MILLIS)) {
            try {
                T result = work.run();
                if (firstFailure != 0) {
                    LOG.warn("The store answers again after {} ms", millisSince(firstFailure));
                }
                return result;
            } catch (ReferenceStoreException e) {
                if (e.reason() != Reason.UNAVAILABLE) {
                    throw new BrokenEngineException("The reference cannot be searched", e);
                }
                firstFailure = firstFailure == 0 ? System.nanoTime() : firstFailure;
                await("The reference", wait, firstFailure, e);
            } catch (BlobStoreAwayException e) {
                firstFailure = firstFailure == 0 ? System.nanoTime() : firstFailure;
                await("The blob store", wait, firstFailure, e);
            }
        }
    }

    private void await(String store, long wait, long firstFailure, RuntimeException cause) {
        long left = limit.toMillis() - millisSince(firstFailure);
        if (left <= 0) {
            throw new BrokenEngineException("%s has not answered for %d s".formatted(store, limit.toSeconds()), cause);
        }
        long millis = Math.min(wait, left);
        metrics.storeWait();
        LOG.warn(
                "{} does not answer; images wait and the next try is in {} ms, the last in {} ms: {}",
                store,
                millis,
                left,
                cause.getMessage());
        try {
            if (closing.await(millis, TimeUnit.MILLISECONDS)) {
                throw new CancellationException("The engine closes while a store does not answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("Interrupted while a store does not answer");
        }
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    /** What a store may have to be waited for. */
    interface Work<T, E extends Exception> {
        T run() throws E;
    }

    /** Ends every wait. */
    @Override
    public void close() {
        closing.countDown();
    }
}
