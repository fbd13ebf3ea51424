package dev.whence.ingest;

import dev.whence.schemas.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The images of a file, a folder, a .tar or a .zip, read one after the other: at most one image's bytes are in memory.
 *
 * <p>A folder is read with its sub-folders, sorted by name; an archive in it counts as a sub-folder of its base name.
 * Hidden files and files that go with collections of images (.txt, .md, .yaml, .json, .csv, .html and the like) are
 * skipped; everything else is delivered, so that a broken image is seen as one. What cannot be read is delivered as
 * {@link SourceImage.Unreadable} in its place, and the rest goes on. Not thread safe.
 *
 * <pre>{@code
 * try (ImageSource images = ImageSource.open(Path.of("known/dcgan.tar"))) {
 *     while (images.hasNext()) {
 *         SourceImage image = images.next();
 *     }
 * }
 * }</pre>
 */
public final class ImageSource implements Iterator<SourceImage>, AutoCloseable {
    /** Limit on one image's bytes unless another is given: 32 MiB. */
    public static final int DEFAULT_MAX_BYTES = 32 << 20;

    private final int maxBytes;
    private final Deque<OpenPlace> open = new ArrayDeque<>();
    private Optional<Next> next = Optional.empty();
    private boolean lastWasUnreadable;
    private long skipped;

    private ImageSource(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Opens the source with a limit of {@link #DEFAULT_MAX_BYTES} for each image. */
    public static ImageSource open(Path source) throws UnusableSourceException {
        return open(source, DEFAULT_MAX_BYTES);
    }

    /**
     * Opens the source.
     *
     * @param maxBytes a longer image is delivered as {@link ErrorCode#TOO_MANY_BYTES}, its bytes unread
     * @throws UnusableSourceException if the path does not exist, or is neither a file, a folder, a .tar nor a .zip
     */
    public static ImageSource open(Path source, int maxBytes) throws UnusableSourceException {
        if (maxBytes < 1 || maxBytes == Integer.MAX_VALUE) {
            throw new IllegalArgumentException("maxBytes must be from 1 to 2^31-2, not " + maxBytes);
        }
        ImageSource images = new ImageSource(maxBytes);
        images.enter(SourceRoot.of(source));
        return images;
    }

    /** How many images the source will deliver; reads names only, so a damaged archive may deliver fewer. */
    public static long count(Path source) throws UnusableSourceException {
        try (ImageSource images = open(source)) {
            long count = 0;
            while (images.hasNext()) {
                images.next = Optional.empty();
                count++;
            }
            return count;
        }
    }

    @Override
    public boolean hasNext() {
        while (next.isEmpty() && !open.isEmpty()) {
            advance(open.element());
        }
        return next.isPresent();
    }

    @Override
    public SourceImage next() {
        if (!hasNext()) {
            throw new NoSuchElementException("The source has no more images");
        }
        Next image = next.orElseThrow();
        next = Optional.empty();
        SourceImage.Content content = image.content.get();
        lastWasUnreadable =
                content instanceof SourceImage.Unreadable unreadable && unreadable.code() == ErrorCode.UNREADABLE_INPUT;
        return new SourceImage(image.path, image.label, content);
    }

    /** Files and members skipped so far, being no images by their name or kind. */
    public long skipped() {
        return skipped
                + open.stream().mapToLong(place -> place.members.passedOver()).sum();
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            leave();
        }
        next = Optional.empty();
    }

    private void advance(OpenPlace place) {
        Optional<Members.Entry> entry;
        try {
            entry = place.members.next();
        } catch (IOException | RuntimeException e) { // A broken archive throws many unchecked kinds.
            leave();
            if (!lastWasUnreadable) { // Else the damage has been told already, by the member that it cut.
                next = Optional.of(unreadable(place.path, place.label, e));
            }
            return;
        }
        if (entry.isEmpty()) {
            leave();
        } else if (entry.get().isSideFile()) {
            skipped++;
        } else if (entry.get() instanceof Members.Place inner) {
            enter(inner);
        } else if (entry.get() instanceof Members.Member member) {
            next = Optional.of(new Next(member.path(), member.label(), () -> contentOf(member)));
        }
    }

    private void enter(Members.Place place) {
        lastWasUnreadable = false;
        try {
            open.push(new OpenPlace(place.path(), place.label(), place.enter()));
        } catch (IOException | RuntimeException e) {
            next = Optional.of(unreadable(place.path(), place.label(), e));
        }
    }

    private void leave() {
        Members members = open.pop().members;
        skipped += members.passedOver();
        try {
            members.close();
        } catch (IOException e) {
            // It was only read from: nothing is lost.
        }
    }

    private SourceImage.Content contentOf(Members.Member member) {
        try {
            if (member.declaredBytes() <= maxBytes) {
                byte[] bytes = member.read(maxBytes + 1);
                if (bytes.length <= maxBytes) {
                    return new SourceImage.Bytes(bytes);
                }
            }
            return new SourceImage.Unreadable(
                    ErrorCode.TOO_MANY_BYTES, "The image has more than %d bytes".formatted(maxBytes));
        } catch (IOException | RuntimeException e) {
            return unreadable(e);
        }
    }

    private static Next unreadable(String path, String label, Exception cause) {
        return new Next(path, label, () -> unreadable(cause));
    }

    private static SourceImage.Unreadable unreadable(Exception cause) {
        return new SourceImage.Unreadable(
                ErrorCode.UNREADABLE_INPUT,
                "It cannot be read: " + MemberName.printable(String.valueOf(cause.getMessage())));
    }

    private record OpenPlace(String path, String label, Members members) {}

    private record Next(String path, String label, Supplier<SourceImage.Content> content) {}
}
