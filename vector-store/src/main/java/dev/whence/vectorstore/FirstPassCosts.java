package dev.whence.vectorstore;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What first passes of one collection left to measure, by k, so that a first pass is left out where the next one would be in vain: in a small
 * collection, with a large k, or with vectors of which the projection tells little. It changes no answer.
 */
final class FirstPassCosts {
    /** One batch in so many has a first pass in any case, since queries change. */
    private static final int PROBED = 64;
    /** Weight of the newest batch in the mean. */
    private static final double NEWEST = 0.25;

    private final Map<Integer, Double> measured = new ConcurrentHashMap<>();
    private final AtomicInteger batches = new AtomicInteger();

    /**
     * Whether going over all rows at once costs less than a first pass and what it leaves.
     *
     * @param k neighbours asked for
     * @param otherwise rows whose measuring costs as much, for each query
     */
    boolean areMoreThan(double otherwise, int k) {
        return measured.getOrDefault(k, 0.0) > otherwise && batches.incrementAndGet() % PROBED != 0;
    }

    /** @param rows that were measured or had to be, for each query */
    void learn(int k, double rows) {
        measured.merge(k, rows, (mean, newest) -> mean + NEWEST * (newest - mean));
    }
}
