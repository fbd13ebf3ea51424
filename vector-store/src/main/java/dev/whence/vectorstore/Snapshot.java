package dev.whence.vectorstore;

import dev.whence.vectorstore.Manifest.Deletion;
import dev.whence.vectorstore.Manifest.SegmentEntry;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import dev.whence.vectorstore.Segment.Block;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one manifest names, mapped. It never changes: a search that began on it ends on it.
 *
 * @param deleted the deleted rows of every segment
 */
record Snapshot(Manifest manifest, SearchProjection projection, List<Segment> segments, List<BitSet> deleted) {
    private static final int ATTEMPTS = 3;

    static Snapshot open(Path folder) throws IOException {
        return open(folder, null);
    }

    /** The snapshot of the manifest on disk now; what this one has mapped stays mapped. */
    Snapshot refresh(Path folder) throws IOException {
        return open(folder, this);
    }

    /** A writer may delete what it has replaced while the files are being mapped: then its new manifest is read. */
    private static Snapshot open(Path folder, @Nullable Snapshot before) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Manifest manifest = Manifest.read(folder);
            try {
                return read(folder, manifest, before);
            } catch (ReferenceStoreException | IOException e) {
                if (attempt == ATTEMPTS || Manifest.read(folder).equals(manifest)) {
                    throw e;
                }
            }
        }
    }

    private static Snapshot read(Path folder, Manifest manifest, @Nullable Snapshot before) throws IOException {
        if (before != null
                && (!before.manifest.name().equals(manifest.name())
                        || before.manifest.written() > manifest.written())) {
            throw new ReferenceStoreException(
                    Reason.CORRUPT, "The collection in " + folder + " was replaced while it was open: open it again.");
        }
        Map<SegmentEntry, Segment> mapped = new HashMap<>();
        boolean sameProjection = before != null && before.manifest.projection().equals(manifest.projection());
        SearchProjection projection = before != null && sameProjection
                ? before.projection
                : SearchProjection.map(folder, manifest.projection(), manifest.dimension());
        if (before != null && sameProjection) {
            before.segments.forEach(segment -> mapped.put(segment.entry(), segment));
        }
        Map<Integer, Deletion> deletions = new HashMap<>();
        manifest.deletions().forEach(deletion -> deletions.put(deletion.segment(), deletion));
        List<Segment> segments = new ArrayList<>();
        List<BitSet> deleted = new ArrayList<>();
        long firstRow = 0;
        for (SegmentEntry entry : manifest.segments()) {
            Segment known = mapped.get(entry);
            segments.add(
                    known != null
                            ? known.startingAt(firstRow)
                            : Segment.map(
                                    folder,
                                    entry,
                                    manifest.dimension(),
                                    projection.axes(),
                                    manifest.metric(),
                                    firstRow));
            deleted.add(readDeleted(folder, deletions.remove(entry.number()), entry));
            firstRow += entry.count();
        }
        if (!deletions.isEmpty()) {
            throw damagedDeletions(folder);
        }
        return new Snapshot(manifest, projection, List.copyOf(segments), List.copyOf(deleted));
    }

    private static BitSet readDeleted(Path folder, @Nullable Deletion deletion, SegmentEntry entry) throws IOException {
        BitSet deleted = new BitSet();
        if (deletion != null) {
            deletion.rows().checkLength(folder);
            IntBuffer rows = ByteBuffer.wrap(
                            Files.readAllBytes(folder.resolve(deletion.rows().name())))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asIntBuffer();
            while (rows.hasRemaining()) {
                int row = rows.get();
                if (row < 0 || row >= entry.count()) {
                    throw damagedDeletions(folder);
                }
                deleted.set(row);
            }
        }
        return deleted;
    }

    private static ReferenceStoreException damagedDeletions(Path folder) {
        return new ReferenceStoreException(
                Reason.CORRUPT,
                "The deletions of the reference collection in " + folder + " are damaged: restore or rebuild it.");
    }

    List<Block> blocks(Function<Segment, List<Block>> ofSegment) {
        return segments.stream()
                .flatMap(segment -> ofSegment.apply(segment).stream())
                .toList();
    }

    /** The segment that holds a row of the collection. */
    Segment segmentOf(long row) {
        return segments.get(indexOf(row));
    }

    boolean isDeleted(long row) {
        int index = indexOf(row);
        return deleted.get(index).get((int) (row - segments.get(index).firstRow()));
    }

    private int indexOf(long row) {
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments.get(middle).firstRow() <= row) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    void verify(Path folder) throws IOException {
        for (StoredFile file : manifest.files()) {
            file.checkContent(folder);
        }
        for (Segment segment : segments) {
            for (int row = 0; row < segment.count(); row++) {
                if (segment.read(row).id().isEmpty()) {
                    throw new ReferenceStoreException(
                            Reason.CORRUPT, "A reference collection has a row without an id: rebuild it.");
                }
            }
        }
    }
}
