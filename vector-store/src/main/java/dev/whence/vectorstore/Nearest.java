package dev.whence.vectorstore;

import java.util.Comparator;
import java.util.SortedSet;
import java.util.TreeSet;

/** The k rows closest to one query so far, by exact distance and, where that ties, by the order they were added in. */
final class Nearest {
    private static final Comparator<Hit> ORDER =
            Comparator.comparingDouble(Hit::squaredDistance).thenComparingLong(Hit::row);

    private final int k;
    private final TreeSet<Hit> hits = new TreeSet<>(ORDER);

    record Hit(double squaredDistance, long row) {}

    Nearest(int k) {
        this.k = k;
    }

    Nearest copy() {
        Nearest copy = new Nearest(k);
        copy.addAll(this);
        return copy;
    }

    /** Rows farther than this squared distance are not among the k. */
    double limit() {
        return hits.size() < k ? Double.POSITIVE_INFINITY : hits.last().squaredDistance();
    }

    /** Takes a row; one that was taken before changes nothing. */
    void add(Hit hit) {
        if (hits.add(hit) && hits.size() > k) {
            hits.pollLast();
        }
    }

    void addAll(Nearest other) {
        other.hits.forEach(this::add);
    }

    /** Closest first. */
    SortedSet<Hit> hits() {
        return hits;
    }
}
