package dev.whence.vectorstore;

import dev.whence.vectorstore.Manifest.SegmentEntry;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import dev.whence.vectorstore.Segment.Block;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What one manifest names, mapped. It never changes: a search that began on it ends on it. */
record Snapshot(Manifest manifest, float[] centre, List<Segment> segments) {

    static Snapshot open(Path folder) throws IOException {
        return read(folder, List.of());
    }

    /** The snapshot of the manifest on disk now; what this one has mapped stays mapped. */
    Snapshot refresh(Path folder) throws IOException {
        Snapshot now = read(folder, segments);
        List<SegmentEntry> mine = manifest.segments();
        if (!now.manifest().name().equals(manifest.name())
                || !now.manifest().segments().subList(0, mine.size()).equals(mine)) {
            throw replaced(folder);
        }
        return now;
    }

    private static Snapshot read(Path folder, List<Segment> mapped) throws IOException {
        Manifest manifest = Manifest.read(folder);
        if (manifest.segments().size() < mapped.size()) {
            throw replaced(folder);
        }
        manifest.centre().checkLength(folder);
        ByteBuffer bytes = ByteBuffer.wrap(
                Files.readAllBytes(folder.resolve(manifest.centre().name())));
        float[] centre = new float[manifest.dimension()];
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(centre);
        List<Segment> segments = new ArrayList<>(mapped);
        long firstRow = mapped.stream().mapToLong(Segment::count).sum();
        for (SegmentEntry entry :
                manifest.segments().subList(mapped.size(), manifest.segments().size())) {
            segments.add(Segment.map(folder, entry, manifest.dimension(), firstRow));
            firstRow += entry.count();
        }
        return new Snapshot(manifest, centre, List.copyOf(segments));
    }

    private static ReferenceStoreException replaced(Path folder) {
        return new ReferenceStoreException(
                Reason.CORRUPT, "The collection in " + folder + " was replaced while it was open: open it again.");
    }

    List<Block> blocks() {
        return segments.stream().flatMap(segment -> segment.blocks().stream()).toList();
    }

    /** The segment that holds a row of the collection. */
    Segment segmentOf(long row) {
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
        return segments.get(low);
    }

    void verify(Path folder) throws IOException {
        for (StoredFile file : manifest.files()) {
            file.checkContent(folder);
        }
        for (Segment segment : segments) {
            for (int row = 0; row < segment.count(); row++) {
                if (segment.id(row).isEmpty()) {
                    throw new ReferenceStoreException(
                            Reason.CORRUPT, "A reference collection has a row without an id: rebuild it.");
                }
            }
        }
    }
}
