package dev.whence.vectorstore;

import java.util.Arrays;
import java.util.BitSet;

/** Rows of a segment by id: eight bytes a row in memory, for writers alone. */
final class IdIndex {
    private final long[] hashesAndRows;

    IdIndex(Segment segment) {
        hashesAndRows = new long[segment.count()];
        for (int row = 0; row < hashesAndRows.length; row++) {
            hashesAndRows[row] = key(segment.id(row), row);
        }
        Arrays.sort(hashesAndRows);
    }

    /** The row of an id, -1 if there is none or it is deleted. */
    int find(Segment segment, String id, BitSet deleted) {
        int from = Arrays.binarySearch(hashesAndRows, key(id, 0));
        for (int place = from < 0 ? -from - 1 : from;
                place < hashesAndRows.length && hashesAndRows[place] >> 32 == id.hashCode();
                place++) {
            int row = (int) hashesAndRows[place];
            if (!deleted.get(row) && segment.id(row).equals(id)) {
                return row;
            }
        }
        return -1;
    }

    private static long key(String id, int row) {
        return (long) id.hashCode() << 32 | row;
    }
}
