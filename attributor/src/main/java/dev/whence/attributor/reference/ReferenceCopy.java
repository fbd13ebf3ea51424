package dev.whence.attributor.reference;

import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** A reference from one engine into another, every bit compared afterwards. */
final class ReferenceCopy {
    private static final int MOST_ROWS = 2048;
    private static final long MOST_BYTES = 32L << 20;

    private ReferenceCopy() {}

    static void copy(OpenCollections source, ReferenceTarget target, LongConsumer progress) {
        source.requireCounts();
        long done = 0;
        for (Map.Entry<String, ReferenceCollection> space : source.bySpace().entrySet()) {
            ReferenceCollection from = space.getValue();
            try (ReferenceCollection to = target.create(space.getKey(), from.dimension())) {
                done = copy(from, to, done, progress);
                target.settle(to);
            }
        }
    }

    private static long copy(
            Iterable<ReferenceVector> from, ReferenceCollection to, long before, LongConsumer progress) {
        int rows = (int) Math.max(1, Math.min(MOST_ROWS, MOST_BYTES / Float.BYTES / to.dimension()));
        long done = before;
        Contents read = new Contents();
        List<ReferenceVector> batch = new ArrayList<>();
        for (ReferenceVector vector : from) {
            read.add(vector);
            batch.add(vector);
            if (batch.size() == rows) {
                to.add(batch);
                batch.clear();
            }
            progress.accept(++done);
        }
        to.add(batch);
        if (!Contents.of(to).isSameAs(read)) {
            throw new IllegalStateException(
                    "The copy does not hold what the original holds: check the disk or the server, and copy again");
        }
        return done;
    }
}
