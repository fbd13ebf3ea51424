package dev.whence.vectorstore;

import java.util.Comparator;
import java.util.SortedSet;
import java.util.TreeSet;

/** The k rows closest to one query so far, by exact distance and, where that ties, by the order they were added in. */
final class Nearest {
    private static final Comparator<Hit> ORDER =
            Comparator.comparingDouble(Hit::squaredDistance).thenComparingLong(Hit::row);

    private final int k;
    private final double fartherThan;
    private final TreeSet<Hit> hits = new TreeSet<>(ORDER);

    record Hit(double squaredDistance, long row) {}

    /** @param fartherThan squared distance of near-duplicates, which are not taken; negative: there are none */
    Nearest(int k, double fartherThan) {
        this.k = k;
        this.fartherThan = fartherThan;
    }

    Nearest copy() {
        Nearest copy = new Nearest(k, fartherThan);
        copy.addAll(this);
        return copy;
    }

    /** Rows farther than this squared distance are not among the k. */
    double limit() {
        return hits.size() < k ? Double.POSITIVE_INFINITY : hits.last().squaredDistance();
    }

    /** Takes a row; one that was taken before changes nothing. */
    void add(double squaredDistance, long row) {
        if (squaredDistance > fartherThan
                && squaredDistance <= limit()
                && hits.add(new Hit(squaredDistance, row))
                && hits.size() > k) {
            hits.pollLast();
        }
    }

    boolean has(long row) {
        for (Hit hit : hits) {
            if (hit.row() == row) {
                return true;
            }
        }
        return false;
    }

    void addAll(Nearest other) {
        other.hits.forEach(hit -> add(hit.squaredDistance(), hit.row()));
    }

    /** Closest first. */
    SortedSet<Hit> hits() {
        return hits;
    }
}
