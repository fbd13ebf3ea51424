package dev.whence.vectorstore;

import java.util.Arrays;

/**
 * Of one query: the closest rows measured so far, and the rows not measured yet whose lower bound does not rule them out,
 * as a heap whose root has the smallest bound.
 */
final class Shortlist {
    /** The distance of a row that is no neighbour, however close. */
    static final double NO_NEIGHBOUR = -1;

    private final Nearest nearest;
    private double[] bounds = new double[64];
    private long[] rows = new long[64];
    private int size;

    /** The exact squared distance of a row to the query, or {@link #NO_NEIGHBOUR}. */
    interface Measure {
        double squaredDistance(long row);
    }

    Shortlist(Nearest nearest) {
        this.nearest = nearest;
    }

    Nearest nearest() {
        return nearest;
    }

    int size() {
        return size;
    }

    /** Takes a row in any order: {@link #measure} makes the heap. */
    void add(double bound, long row) {
        if (size == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * size);
            rows = Arrays.copyOf(rows, 2 * size);
        }
        bounds[size] = bound;
        rows[size++] = row;
    }

    void addAll(Shortlist other) {
        nearest.addAll(other.nearest);
        for (int i = 0; i < other.size; i++) {
            add(other.bounds[i], other.rows[i]);
        }
    }

    /**
     * Measures rows, smallest bound first, until none that is left can be among the closest, or so many were measured.
     *
     * @param tolerance what a bound must exceed the limit by, relative to it
     * @return how many were measured
     */
    int measure(int atMost, double tolerance, Measure measure) {
        for (int i = size / 2 - 1; i >= 0; i--) {
            sink(i);
        }
        int measured = 0;
        while (size > 0 && measured < atMost && !(bounds[0] > nearest.limit() * tolerance)) {
            long row = rows[0];
            size--;
            bounds[0] = bounds[size];
            rows[0] = rows[size];
            sink(0);
            double distance = measure.squaredDistance(row);
            if (distance != NO_NEIGHBOUR) {
                nearest.add(distance, row);
                measured++;
            }
        }
        return measured;
    }

    /** Drops the rows that can't be among the closest any more. */
    void prune(double tolerance) {
        double limit = nearest.limit() * tolerance;
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (!(bounds[i] > limit)) {
                bounds[kept] = bounds[i];
                rows[kept++] = rows[i];
            }
        }
        size = kept;
    }

    private void sink(int from) {
        int hole = from;
        if (hole >= size) {
            return;
        }
        double bound = bounds[hole];
        long row = rows[hole];
        for (int child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
            if (child + 1 < size && bounds[child + 1] < bounds[child]) {
                child++;
            }
            if (bounds[child] >= bound) {
                break;
            }
            bounds[hole] = bounds[child];
            rows[hole] = rows[child];
            hole = child;
        }
        bounds[hole] = bound;
        rows[hole] = row;
    }
}
