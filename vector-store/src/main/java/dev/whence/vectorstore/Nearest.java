package dev.whence.vectorstore;

/** The k rows closest to one query so far, by exact distance and, where that ties, by the order they were added in. */
final class Nearest {
    private final double fartherThan;
    /** Closest first, as {@link #rows}. */
    private final double[] squaredDistances;

    private final long[] rows;
    private int size;

    /** @param fartherThan squared distance of near-duplicates, which are not taken; negative: there are none */
    Nearest(int k, double fartherThan) {
        this.fartherThan = fartherThan;
        squaredDistances = new double[k];
        rows = new long[k];
    }

    Nearest copy() {
        Nearest copy = new Nearest(rows.length, fartherThan);
        copy.addAll(this);
        return copy;
    }

    /** Rows farther than this squared distance are not among the k. */
    double limit() {
        return size < rows.length ? Double.POSITIVE_INFINITY : squaredDistances[size - 1];
    }

    /** Takes a row; one that was taken before changes nothing. */
    void add(double squaredDistance, long row) {
        if (!(squaredDistance > fartherThan)) {
            return;
        }
        int place = place(squaredDistance, row);
        if (place == rows.length || (place > 0 && rows[place - 1] == row)) {
            return;
        }
        int moved = Math.min(size, rows.length - 1) - place;
        System.arraycopy(squaredDistances, place, squaredDistances, place + 1, moved);
        System.arraycopy(rows, place, rows, place + 1, moved);
        squaredDistances[place] = squaredDistance;
        rows[place] = row;
        size = Math.min(size + 1, rows.length);
    }

    /** Behind all that are as close or closer. */
    private int place(double squaredDistance, long row) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isBehind(middle, squaredDistance, row)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private boolean isBehind(int place, double squaredDistance, long row) {
        return squaredDistances[place] > squaredDistance
                || (squaredDistances[place] == squaredDistance && rows[place] > row);
    }

    /** Whether the row is among the k. */
    boolean has(long row) {
        for (int i = 0; i < size; i++) {
            if (rows[i] == row) {
                return true;
            }
        }
        return false;
    }

    void addAll(Nearest other) {
        for (int i = 0; i < other.size; i++) {
            add(other.squaredDistances[i], other.rows[i]);
        }
    }

    int size() {
        return size;
    }

    /** Of the i-th closest. */
    double squaredDistance(int i) {
        return squaredDistances[i];
    }

    /** The i-th closest. */
    long row(int i) {
        return rows[i];
    }
}
