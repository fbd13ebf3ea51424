package dev.whence.infra;

import dev.whence.attributor.LabelledImage;
import dev.whence.attributor.bundle.ModelManifest;
import dev.whence.ingest.SourceImage;
import dev.whence.ingest.UnusableSourceException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/** Images whose origin is known: a folder with one archive or folder for each generator, and real ones. */
final class LabelledSources implements Iterator<LabelledSources.Labelled>, AutoCloseable {
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private long count;
    private Entry current;

    /** An image and whence it truly comes. */
    record Labelled(String label, SourceImage image) {}

    private record Entry(String label, Sources images) {}

    LabelledSources() throws UnusableSourceException {
        current = new Entry("", new Sources(List.of()));
    }

    /** The generators of a folder by name: its sub-folders and its archives. */
    static SortedMap<String, Path> generators(Path folder) throws CommandFailedException {
        Path[] entries = folder.toFile().isDirectory() ? paths(folder) : new Path[0];
        SortedMap<String, Path> generators = new TreeMap<>();
        for (Path entry : entries) {
            String name = entry.getFileName().toString();
            boolean archive = name.endsWith(".tar") || name.endsWith(".zip");
            if (name.startsWith(".") || (!archive && !entry.toFile().isDirectory())) {
                continue;
            }
            String label = archive ? name.substring(0, name.length() - ".tar".length()) : name;
            Path other = generators.put(label, entry);
            if (other != null) {
                throw new CommandFailedException("%s and %s are both named after the generator %s: keep one of them"
                        .formatted(other, entry, label));
            }
        }
        if (generators.isEmpty() || generators.containsKey(ModelManifest.REAL)) {
            throw new CommandFailedException(
                    "%s must hold one archive or folder of images for each generator, named after it, and none named %s"
                            .formatted(folder, ModelManifest.REAL));
        }
        return generators;
    }

    private static Path[] paths(Path folder) {
        String[] names = folder.toFile().list();
        return names == null
                ? new Path[0]
                : Arrays.stream(names).map(folder::resolve).toArray(Path[]::new);
    }

    LabelledSources add(Map<String, Path> generators) throws UnusableSourceException {
        for (Map.Entry<String, Path> generator : generators.entrySet()) {
            add(generator.getKey(), generator.getValue());
        }
        return this;
    }

    LabelledSources addReal(Path source) throws UnusableSourceException {
        return add(ModelManifest.REAL, source);
    }

    private LabelledSources add(String label, Path source) throws UnusableSourceException {
        Sources images = new Sources(List.of(source));
        count += images.count();
        waiting.add(new Entry(label, images));
        return this;
    }

    /** The images whose bytes could be read; the others are left out, with a line in the log. */
    Iterator<LabelledImage> encoded() {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, 0), false)
                .flatMap(image -> Sources.encoded(image.image()).stream()
                        .map(encoded -> new LabelledImage(image.label(), encoded)))
                .iterator();
    }

    /** How many images there are, readable or not. */
    long count() {
        return count;
    }

    @Override
    public boolean hasNext() {
        while (!current.images.hasNext() && !waiting.isEmpty()) {
            current = waiting.remove();
        }
        return current.images.hasNext();
    }

    @Override
    public Labelled next() {
        if (!hasNext()) {
            throw new NoSuchElementException("There are no more labelled images");
        }
        return new Labelled(current.label, current.images.next());
    }

    @Override
    public void close() {
        current.images.close();
    }
}
