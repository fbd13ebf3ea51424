package dev.whence.attributor.reference;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.image.Framing;
import dev.whence.attributor.image.ImageDecoder;
import dev.whence.attributor.image.ImageLimits;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.space.EncoderSpace;
import dev.whence.vectorstore.EmbeddedReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The estimate of the real data manifold: one collection of real vectors for each embedding space. It is a folder with
 * {@code reference.json}; the vectors are in folders beside it or on a Milvus server. The RGB collection is the canonical
 * images themselves, so that the nearest real image can be shown.
 */
public final class Reference implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reference.class);
    private static final int MAX_SIZE = 256;
    private final Path folder;
    private final ReferenceManifest manifest;
    private final OpenCollections collections;

    private Reference(Path folder, ReferenceManifest manifest, OpenCollections collections) {
        this.folder = folder;
        this.manifest = manifest;
        this.collections = collections;
    }

    /**
     * What a build is asked for.
     *
     * @param size side length every image is brought to, 8 to 256 pixels
     * @param framing how it is brought there; every crop is a vector in every space
     * @param threads at least 1
     */
    public record Settings(String name, int size, Framing framing, List<EmbeddingSpace> spaces, int threads) {
        /** With images resized. */
        public Settings(String name, int size, List<EmbeddingSpace> spaces, int threads) {
            this(name, size, Framing.RESIZE, spaces, threads);
        }

        public Settings {
            if (size < 8 || size > MAX_SIZE || size % 2 != 0) {
                throw new IllegalArgumentException(
                        "The size must be an even number of 8 to %d pixels, not %d".formatted(MAX_SIZE, size));
            }
            if (spaces.isEmpty()) {
                throw new IllegalArgumentException("Name at least one embedding space");
            }
            spaces = List.copyOf(new LinkedHashSet<>(spaces));
            Set<String> names = new HashSet<>();
            for (EmbeddingSpace space : spaces) {
                if (!names.add(space.name())) {
                    throw new IllegalArgumentException(
                            "Two encoders are named %s: give one another name in its encoder.json".formatted(space));
                }
            }
        }
    }

    /**
     * What became of the images.
     *
     * @param added images in the reference
     * @param repeated images that were there already, byte by byte
     * @param rejected images that could not be decoded
     */
    public record Built(long added, long repeated, long rejected) {}

    /** @param dataSet the set of real images it is from; empty where that does not matter */
    public record RealImage(EncodedImage image, String dataSet) {}

    /**
     * Builds a reference from real images. For a server it is built in the folder first and copied then, so that nothing is
     * on the server before all images were read.
     *
     * @param out a folder that does not exist or is empty
     * @param progress called with the number of images read so far
     * @throws IllegalArgumentException when no image could be used, or the folder is in use
     * @throws dev.whence.vectorstore.ReferenceStoreException when the server does not take it; nothing of it is left there
     */
    public static Built build(
            Iterator<RealImage> images, Path out, Settings settings, ReferenceStore store, LongConsumer progress) {
        requireEmpty(out);
        if (store instanceof ReferenceStore.Embedded) {
            return build(images, out, settings, progress);
        }
        Path building = out.resolve("building");
        try {
            Built built = build(images, building, settings, progress);
            copyInto(out, building, store, settings.threads(), MilvusAccess.PLAIN, copied -> {});
            return built;
        } finally {
            delete(building);
        }
    }

    private static Built build(Iterator<RealImage> images, Path out, Settings settings, LongConsumer progress) {
        ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
        long read = 0;
        long repeated = 0;
        long rejected = 0;
        Set<String> hashes = new HashSet<>();
        Set<String> ids = new HashSet<>();
        StringBuilder order = new StringBuilder();
        try (ReferenceWriter writer = new ReferenceWriter(out, settings)) {
            while (images.hasNext()) {
                RealImage real = images.next();
                EncodedImage image = real.image();
                try {
                    CanonicalImage canonical = decoder.decode(image.bytes(), settings.size(), settings.framing());
                    if (hashes.add(canonical.sha256())) {
                        List<String> own = unusedIds(image, canonical, ids);
                        order.append(own.get(0))
                                .append(' ')
                                .append(canonical.sha256())
                                .append('\n');
                        writer.add(own, real.dataSet(), canonical);
                    } else {
                        repeated++;
                    }
                } catch (ImageRejectedException e) {
                    rejected++;
                    LOG.warn("{} is left out of the reference: {}: {}", image.name(), e.reason(), e.getMessage());
                }
                progress.accept(++read);
            }
            if (hashes.isEmpty()) {
                throw new IllegalArgumentException("No image could be read: a reference needs real images");
            }
            writer.finish(hashes.size(), order.toString());
        }
        return new Built(hashes.size(), repeated, rejected);
    }

    /**
     * Copies a reference between engines and compares every bit afterwards. It stays the same reference, with the same hash,
     * withdrawals and data sets; of points at the same distance another may come first.
     *
     * @param out a folder that does not exist or is empty
     * @param access to the server that may hold the original
     * @param progress called with the number of vectors copied so far, all spaces together
     * @return images in the copy
     * @throws IllegalArgumentException when the folder is in use, or holds no reference
     * @throws dev.whence.vectorstore.ReferenceStoreException when an engine fails; nothing is left on a server
     */
    public static long copy(
            Path reference, Path out, ReferenceStore store, int threads, MilvusAccess access, LongConsumer progress) {
        requireEmpty(out);
        return copyInto(out, reference, store, threads, access, progress);
    }

    private static long copyInto(
            Path out, Path reference, ReferenceStore store, int threads, MilvusAccess access, LongConsumer progress) {
        ReferenceManifest manifest = ReferenceManifest.read(reference);
        try (OpenCollections source = OpenCollections.open(reference, manifest, threads, access);
                ReferenceTarget target = ReferenceTarget.of(store, out, manifest, threads)) {
            ReferenceCopy.copy(source, target, progress);
            manifest.spaces().forEach(space -> keepEncoder(space(reference, space), out));
            target.complete(manifest);
            return manifest.remainingImages();
        }
    }

    /**
     * What a withdrawal did.
     *
     * @param images withdrawn now
     * @param before how many of the ids were withdrawn already
     */
    public record Withdrawn(int images, int before) {}

    /**
     * Withdraws images: whoever opens the reference afterwards never has them as neighbours. First their ids are written
     * to {@code reference.json}, then they are deleted in every space. A withdrawal that was interrupted keeps the
     * reference from being opened until this is called again, with or without ids.
     *
     * @param ids of any crop of the images: all of an image's go
     * @throws IllegalArgumentException when an id is not in the reference, or no image would be left; nothing was changed
     */
    public static Withdrawn withdraw(Path reference, Set<String> ids, MilvusAccess access) {
        ReferenceManifest manifest = ReferenceManifest.read(reference);
        Set<String> added = new TreeSet<>(ids);
        added.removeAll(manifest.withdrawn());
        int before = ids.size() - added.size();
        Set<String> images = new HashSet<>();
        try (OpenCollections open = OpenCollections.open(reference, manifest, 1, access)) {
            if (!added.isEmpty()) {
                Map<String, String> known = open.known(added);
                Set<String> unknown = new TreeSet<>(added);
                unknown.removeAll(known.keySet());
                if (!unknown.isEmpty()) {
                    throw new IllegalArgumentException("The reference %s has no images %s: nothing was withdrawn"
                            .formatted(manifest.name(), unknown));
                }
                images.addAll(known.values());
                if (!manifest.framing().equals(Framing.RESIZE)) {
                    added = open.crops(images);
                }
                if (added.size() >= manifest.vectors()) {
                    throw new IllegalArgumentException(
                            "No image would be left in the reference %s: nothing was withdrawn"
                                    .formatted(manifest.name()));
                }
                manifest = manifest.without(images.size(), added);
                manifest.write(reference);
            }
            Set<String> withdrawn = manifest.withdrawn();
            open.bySpace().values().forEach(collection -> collection.delete(withdrawn));
        }
        return new Withdrawn(images.size(), before);
    }

    /**
     * Gives back the disk space of withdrawn images.
     *
     * @throws IllegalArgumentException when the vectors are on a server, which does so by itself
     */
    public static void compact(Path reference) {
        ReferenceManifest manifest = ReferenceManifest.read(reference);
        if (manifest.onServer().isPresent()) {
            throw new IllegalArgumentException(
                    "The vectors of %s are on a server, which compacts by itself: there is nothing to do"
                            .formatted(reference));
        }
        for (ReferenceManifest.Space space : manifest.spaces()) {
            try (EmbeddedReferenceCollection collection =
                    EmbeddedReferenceCollection.open(reference.resolve(space.name()), 1)) {
                collection.compact();
            }
        }
    }

    /** Vectors of all spaces together, as {@code reference.json} has them: nothing is opened. */
    public static long vectors(Path reference) {
        ReferenceManifest manifest = ReferenceManifest.read(reference);
        return manifest.vectors() * manifest.spaces().size();
    }

    /**
     * Opens a reference whose vectors are in the folder, or on a server without access control.
     *
     * @param threads threads of one search
     * @throws IllegalArgumentException when the folder holds no reference this version can read
     */
    public static Reference open(Path folder, int threads) {
        return open(folder, threads, MilvusAccess.PLAIN);
    }

    /**
     * {@link #open(Path, int)}, with access to the server that may hold the vectors.
     *
     * @throws dev.whence.vectorstore.ReferenceStoreException when the server does not answer or lacks a collection
     */
    public static Reference open(Path folder, int threads, MilvusAccess access) {
        ReferenceManifest manifest = ReferenceManifest.read(folder);
        OpenCollections collections = OpenCollections.open(folder, manifest, threads, access);
        try {
            collections.requireCounts();
        } catch (RuntimeException e) {
            collections.close();
            throw e;
        }
        return new Reference(folder, manifest, collections);
    }

    public String name() {
        return manifest.name();
    }

    public String version() {
        return manifest.version();
    }

    public String sha256() {
        return manifest.sha256();
    }

    /** Side length of the canonical images, in pixels. */
    public int size() {
        return manifest.size();
    }

    /** How images come to that size. */
    public Framing framing() {
        return manifest.framing();
    }

    /** Images that can be neighbours. */
    public long images() {
        return manifest.remainingImages();
    }

    /**
     * In the order of the build; reads the encoders that are among them.
     *
     * @throws IllegalArgumentException when an encoder in the folder is not the one that embedded the collection
     */
    public List<EmbeddingSpace> spaces() {
        return manifest.spaces().stream().map(space -> space(folder, space)).toList();
    }

    /**
     * The space of that name, in any case.
     *
     * @throws IllegalArgumentException when the reference lacks it, or its encoder is not the one of the build
     */
    public EmbeddingSpace space(String name) {
        return manifest.spaces().stream()
                .filter(space -> space.name().equalsIgnoreCase(name))
                .findFirst()
                .map(space -> space(folder, space))
                .orElseThrow(() -> lacks(name));
    }

    private IllegalArgumentException lacks(String space) {
        return new IllegalArgumentException(
                "The reference %s has no space %s, only %s: build it with --spaces or --encoder"
                        .formatted(name(), space, collections.bySpace().keySet()));
    }

    static EmbeddingSpace space(Path folder, ReferenceManifest.Space wanted) {
        if (EmbeddingSpace.isBuiltIn(wanted.name())) {
            return EmbeddingSpace.named(wanted.name());
        }
        EncoderSpace space = EmbeddingSpace.ofEncoder(encoderFolder(folder, wanted.name()));
        if (!space.name().equals(wanted.name())
                || !space.description().embeddingSha256().equals(wanted.graphSha256())) {
            throw new IllegalArgumentException(
                    "The encoder in %s is not the one that the reference was built with: put that one back"
                            .formatted(encoderFolder(folder, wanted.name())));
        }
        return space;
    }

    private static Path encoderFolder(Path reference, String space) {
        return reference.resolve("encoders").resolve(space);
    }

    /** Puts the encoder of a space into the folder of a reference; a built-in space has none. */
    static void keepEncoder(EmbeddingSpace space, Path reference) {
        if (space instanceof EncoderSpace encoder) {
            encoder.description().write(encoderFolder(reference, space.name()), encoder.graph());
        }
    }

    /** Hash of what embedded the collection of this space; empty when the reference lacks the space. */
    public Optional<String> graphSha256(String space) {
        return manifest.spaces().stream()
                .filter(s -> s.name().equals(space))
                .map(ReferenceManifest.Space::graphSha256)
                .findFirst();
    }

    /** @throws IllegalArgumentException when the reference lacks the space */
    public ReferenceCollection collection(EmbeddingSpace space) {
        ReferenceCollection collection = collections.bySpace().get(space.name());
        if (collection == null) {
            throw lacks(space.name());
        }
        return collection;
    }

    @Override
    public void close() {
        collections.close();
    }

    private static void requireEmpty(Path out) {
        if (!Files.exists(out)) {
            return;
        }
        try (var entries = Files.list(out)) {
            if (entries.findAny().isPresent()) {
                throw new IllegalArgumentException("%s is not empty: name a new folder".formatted(out));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("%s is no folder that can be written".formatted(out), e);
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        } catch (IOException e) {
            LOG.warn("{} is not needed any more but cannot be deleted", folder, e);
        }
    }

    /**
     * An id for each crop: NAME, NAME#2, NAME#3, ... The name is the file's where all of them are free: it tells a person more
     * than a hash.
     */
    private static List<String> unusedIds(EncodedImage image, CanonicalImage canonical, Set<String> ids) {
        String name = image.fileName().replaceAll("\\p{Cntrl}", "");
        List<String> named = ids(name, canonical.crops().size());
        if (name.isEmpty() || named.stream().anyMatch(ids::contains)) {
            named = ids(canonical.sha256(), canonical.crops().size());
        }
        ids.addAll(named);
        return named;
    }

    private static List<String> ids(String name, int crops) {
        return IntStream.rangeClosed(1, crops)
                .mapToObj(crop -> crop == 1 ? name : "%s#%d".formatted(name, crop))
                .toList();
    }
}
