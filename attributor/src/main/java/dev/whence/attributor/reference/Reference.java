package dev.whence.attributor.reference;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.image.ImageDecoder;
import dev.whence.attributor.image.ImageLimits;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.attributor.onnx.OnnxNetwork;
import dev.whence.attributor.space.Embedder;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.vectorstore.EmbeddedReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The estimate of the real data manifold: one collection of real vectors for each embedding space, on disk as
 * {@code reference.json} and one folder a space. The RGB collection is the canonical images themselves, so that the
 * nearest real image can be shown.
 */
public final class Reference implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reference.class);
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final String MANIFEST = "reference.json";
    private static final int MAX_SIZE = 256;
    /** Images embedded at a time, and vectors of one segment of a collection. */
    private static final int EMBED_BATCH = 64;

    private static final int ADD_BATCH = 2048;

    private final ReferenceManifest manifest;
    private final Map<EmbeddingSpace, ReferenceCollection> collections;

    private Reference(ReferenceManifest manifest, Map<EmbeddingSpace, ReferenceCollection> collections) {
        this.manifest = manifest;
        this.collections = collections;
    }

    /**
     * What a build is asked for.
     *
     * @param size side length every image is brought to, 8 to 256 pixels
     * @param threads at least 1
     */
    public record Settings(String name, int size, List<EmbeddingSpace> spaces, int threads) {
        public Settings {
            if (size < 8 || size > MAX_SIZE || size % 2 != 0) {
                throw new IllegalArgumentException(
                        "The size must be an even number of 8 to %d pixels, not %d".formatted(MAX_SIZE, size));
            }
            if (spaces.isEmpty()) {
                throw new IllegalArgumentException("Name at least one embedding space");
            }
            spaces = List.copyOf(new java.util.LinkedHashSet<>(spaces));
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

    /**
     * Builds a reference from real images.
     *
     * @param out a folder that does not exist or is empty
     * @param progress called with the number of images read so far
     * @throws IllegalArgumentException when no image could be used, or the folder is in use
     */
    public static Built build(Iterator<EncodedImage> images, Path out, Settings settings, LongConsumer progress) {
        requireEmpty(out);
        ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
        long read = 0;
        long repeated = 0;
        long rejected = 0;
        Set<String> hashes = new HashSet<>();
        Set<String> ids = new HashSet<>();
        StringBuilder order = new StringBuilder();
        try (Writer writer = new Writer(out, settings)) {
            while (images.hasNext()) {
                EncodedImage image = images.next();
                try {
                    CanonicalImage canonical = decoder.decode(image.bytes(), settings.size());
                    if (hashes.add(canonical.sha256())) {
                        String id = unusedId(image, canonical, ids);
                        order.append(id).append(' ').append(canonical.sha256()).append('\n');
                        writer.add(id, canonical);
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
     * Opens a reference by mapping its collections.
     *
     * @param threads threads of one search
     * @throws IllegalArgumentException when the folder holds no reference this version can read
     */
    public static Reference open(Path folder, int threads) {
        return open(folder, threads, MilvusAccess.PLAIN);
    }

    /** {@link #open(Path, int)}, with access to the server that may hold the vectors. */
    public static Reference open(Path folder, int threads, MilvusAccess access) {
        Path file = folder.resolve(MANIFEST);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    "%s holds no reference: build one with 'whence reference build'".formatted(folder));
        }
        ReferenceManifest manifest;
        try {
            manifest = JSON.readValue(file.toFile(), ReferenceManifest.class);
        } catch (IOException e) {
            throw new IllegalArgumentException("%s cannot be read: build the reference again".formatted(file), e);
        }
        if (manifest.format() != ReferenceManifest.FORMAT) {
            throw new IllegalArgumentException("%s has format %d, this version reads %d: build the reference again"
                    .formatted(file, manifest.format(), ReferenceManifest.FORMAT));
        }
        OnnxNetwork.claimRuntime();
        Map<EmbeddingSpace, ReferenceCollection> collections = new EnumMap<>(EmbeddingSpace.class);
        for (ReferenceManifest.Space space : manifest.spaces()) {
            EmbeddingSpace known = EmbeddingSpace.named(space.name());
            ReferenceCollection collection = EmbeddedReferenceCollection.open(folder.resolve(known.name()), threads);
            collections.put(known, collection);
            if (collection.count() != manifest.images() || collection.dimension() != space.dimension()) {
                collections.values().forEach(ReferenceCollection::close);
                throw new IllegalArgumentException(
                        "The collection %s of %s is not the one that %s names: build it again"
                                .formatted(known, folder, MANIFEST));
            }
        }
        return new Reference(manifest, collections);
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

    public long images() {
        return manifest.images();
    }

    public List<EmbeddingSpace> spaces() {
        return manifest.spaces().stream()
                .map(s -> EmbeddingSpace.named(s.name()))
                .toList();
    }

    /** Hash of the graph that embedded the collection of this space; empty when the reference lacks the space. */
    public Optional<String> graphSha256(EmbeddingSpace space) {
        return manifest.spaces().stream()
                .filter(s -> s.name().equals(space.name()))
                .map(ReferenceManifest.Space::graphSha256)
                .findFirst();
    }

    /** @throws IllegalArgumentException when the reference lacks the space */
    public ReferenceCollection collection(EmbeddingSpace space) {
        ReferenceCollection collection = collections.get(space);
        if (collection == null) {
            throw new IllegalArgumentException("The reference %s has no space %s, only %s: build it with --spaces"
                    .formatted(name(), space, collections.keySet()));
        }
        return collection;
    }

    @Override
    public void close() {
        collections.values().forEach(ReferenceCollection::close);
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

    /** The file's name where it is free: it tells a person more than a hash. */
    private static String unusedId(EncodedImage image, CanonicalImage canonical, Set<String> ids) {
        String name = image.fileName().replaceAll("\\p{Cntrl}", "");
        if (!name.isEmpty() && ids.add(name)) {
            return name;
        }
        ids.add(canonical.sha256());
        return canonical.sha256();
    }

    /** Embeds image by image and adds to every collection, batch by batch; the manifest comes last. */
    private static final class Writer implements AutoCloseable {
        private final Path out;
        private final Settings settings;
        private final Embedder embedder;
        private final List<ReferenceCollection> collections = new ArrayList<>();
        private final List<String> ids = new ArrayList<>();
        private final List<CanonicalImage> images = new ArrayList<>();
        private final List<List<ReferenceVector>> vectors = new ArrayList<>();

        Writer(Path out, Settings settings) {
            this.out = out;
            this.settings = settings;
            embedder = new Embedder(
                    EmbeddingSpace.graph(settings.spaces(), settings.size()), settings.size(), settings.threads());
            for (EmbeddingSpace space : settings.spaces()) {
                collections.add(EmbeddedReferenceCollection.create(
                        out.resolve(space.name()),
                        space.name(),
                        EmbeddingSpace.dimension(settings.size()),
                        Metric.L2,
                        settings.threads()));
                vectors.add(new ArrayList<>());
            }
        }

        void add(String id, CanonicalImage image) {
            ids.add(id);
            images.add(image);
            if (images.size() == EMBED_BATCH) {
                embed();
            }
        }

        private void embed() {
            if (images.isEmpty()) {
                return;
            }
            float[][][] embeddings = embedder.embed(images);
            for (int s = 0; s < embeddings.length; s++) {
                for (int i = 0; i < images.size(); i++) {
                    vectors.get(s)
                            .add(new ReferenceVector(ids.get(i), images.get(i).sha256(), "", embeddings[s][i]));
                }
            }
            ids.clear();
            images.clear();
            if (vectors.get(0).size() >= ADD_BATCH) {
                flush();
            }
        }

        private void flush() {
            for (int s = 0; s < vectors.size(); s++) {
                if (!vectors.get(s).isEmpty()) {
                    collections.get(s).add(vectors.get(s));
                }
                vectors.get(s).clear();
            }
        }

        void finish(long count, String order) {
            embed();
            flush();
            List<ReferenceManifest.Space> spaces = settings.spaces().stream()
                    .map(s -> new ReferenceManifest.Space(
                            s.name(),
                            EmbeddingSpace.dimension(settings.size()),
                            Hashes.sha256(EmbeddingSpace.graph(List.of(s), settings.size()))))
                    .toList();
            String sha256 = Hashes.sha256(spaces + "\n" + order);
            ReferenceManifest manifest = new ReferenceManifest(
                    ReferenceManifest.FORMAT,
                    settings.name(),
                    sha256.substring(0, 12),
                    sha256,
                    settings.size(),
                    count,
                    spaces);
            try {
                JSON.writeValue(out.resolve(MANIFEST).toFile(), manifest);
            } catch (IOException e) {
                throw new UncheckedIOException("The reference could not be written to " + out, e);
            }
        }

        @Override
        public void close() {
            embedder.close();
            collections.forEach(ReferenceCollection::close);
        }
    }
}
