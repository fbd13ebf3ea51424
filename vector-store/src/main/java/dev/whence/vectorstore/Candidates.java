package dev.whence.vectorstore;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The rows of one query with the smallest lower bounds, as a heap whose root is the largest of them. */
final class Candidates {
    private final double[] bounds;
    private final long[] rows;
    private int size;
    private boolean complete = true;

    Candidates(int capacity) {
        bounds = new double[capacity];
        rows = new long[capacity];
    }

    record Candidate(double lowerBound, long row) {}

    /**
     * Candidates of all heaps, closest first.
     *
     * @param floor no row outside the list has a smaller lower bound; infinite if there is no row outside it
     */
    record Ranked(List<Candidate> candidates, double floor) {}

    /** A row whose bound is not below this one is not taken. */
    double limit() {
        return size < bounds.length ? Double.POSITIVE_INFINITY : bounds[0];
    }

    /** Notes that a row was passed over because its bound was not below the limit. */
    void passOver() {
        complete = false;
    }

    /** Takes a row whose bound is below the limit. */
    void add(double lowerBound, long row) {
        if (size < bounds.length) {
            rise(size++, lowerBound, row);
        } else {
            complete = false;
            sink(lowerBound, row);
        }
    }

    static Ranked rank(List<Candidates> heaps) {
        double floor = Double.POSITIVE_INFINITY;
        int total = 0;
        for (Candidates heap : heaps) {
            floor = heap.complete ? floor : Math.min(floor, heap.bounds[0]);
            total += heap.size;
        }
        Candidate[] all = new Candidate[total];
        int next = 0;
        for (Candidates heap : heaps) {
            for (int i = 0; i < heap.size; i++) {
                all[next++] = new Candidate(heap.bounds[i], heap.rows[i]);
            }
        }
        Arrays.sort(all, Comparator.comparingDouble(Candidate::lowerBound));
        return new Ranked(List.of(all), floor);
    }

    private void rise(int from, double bound, long row) {
        int hole = from;
        while (hole > 0 && bounds[(hole - 1) / 2] < bound) {
            move((hole - 1) / 2, hole);
            hole = (hole - 1) / 2;
        }
        bounds[hole] = bound;
        rows[hole] = row;
    }

    private void sink(double bound, long row) {
        int hole = 0;
        for (int child = 1; child < size; child = 2 * hole + 1) {
            if (child + 1 < size && bounds[child + 1] > bounds[child]) {
                child++;
            }
            if (bounds[child] <= bound) {
                break;
            }
            move(child, hole);
            hole = child;
        }
        bounds[hole] = bound;
        rows[hole] = row;
    }

    private void move(int from, int to) {
        bounds[to] = bounds[from];
        rows[to] = rows[from];
    }
}
