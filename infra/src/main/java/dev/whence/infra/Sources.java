package dev.whence.infra;

import dev.whence.attributor.EncodedImage;
import dev.whence.ingest.ImageSource;
import dev.whence.ingest.SourceImage;
import dev.whence.ingest.UnusableSourceException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterators;
import java.util.function.BiFunction;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The images of several sources, one after the other; a wrong path among them is found before the first is read. */
final class Sources implements Iterator<SourceImage>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);

    private final Deque<Path> waiting;
    private final long count;
    private Optional<ImageSource> current = Optional.empty();

    Sources(Collection<Path> sources) throws UnusableSourceException {
        waiting = new ArrayDeque<>(sources);
        long images = 0;
        for (Path source : sources) {
            images += ImageSource.count(source);
        }
        count = images;
    }

    /** How many images there are, readable or not. */
    long count() {
        return count;
    }

    @Override
    public boolean hasNext() {
        while (!current.map(ImageSource::hasNext).orElse(false)) {
            close();
            if (waiting.isEmpty()) {
                return false;
            }
            try {
                current = Optional.of(ImageSource.open(waiting.remove()));
            } catch (UnusableSourceException e) {
                throw new UncheckedIOException(e);
            }
        }
        return true;
    }

    @Override
    public SourceImage next() {
        if (!hasNext()) {
            throw new NoSuchElementException("The sources have no more images");
        }
        return current.orElseThrow().next();
    }

    /** The next images, so many at most; none at the end. */
    List<SourceImage> next(int atMost) {
        List<SourceImage> images = new ArrayList<>(atMost);
        while (images.size() < atMost && hasNext()) {
            images.add(next());
        }
        return images;
    }

    /**
     * The images whose bytes can be had, as the attributor takes them.
     *
     * @param made of an image's label and the image
     */
    <T> Iterator<T> readable(BiFunction<String, EncodedImage, T> made) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, 0), false)
                .flatMap(image -> encoded(image).stream().map(encoded -> made.apply(image.label(), encoded)))
                .iterator();
    }

    /** An image as the attributor takes it; empty, with a warning, where its bytes cannot be had. */
    static Optional<EncodedImage> encoded(SourceImage image) {
        if (image.content() instanceof SourceImage.Unreadable unreadable) {
            LOG.warn("{} is left out: {}: {}", image.path(), unreadable.code(), unreadable.message());
            return Optional.empty();
        }
        return Optional.of(new EncodedImage(image.path(), ((SourceImage.Bytes) image.content()).bytes()));
    }

    @Override
    public void close() {
        current.ifPresent(ImageSource::close);
        current = Optional.empty();
    }
}
