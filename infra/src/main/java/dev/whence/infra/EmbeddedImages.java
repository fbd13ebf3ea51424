package dev.whence.infra;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.image.ImageDecoder;
import dev.whence.attributor.image.ImageLimits;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.vectorstore.EmbeddedReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Embeds the images of sources once: the vectors stay in a folder, and come from there the next time. */
final class EmbeddedImages {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedImages.class);
    private static final int BATCH = 64;
    private static final int ADD_BATCH = 2048;

    private final Path cache;

    EmbeddedImages(Path cache) {
        this.cache = cache;
    }

    /** An encoder that is opened only when there is something to embed. */
    interface Encoder extends Function<List<CanonicalImage>, float[][]>, AutoCloseable {
        @Override
        void close();
    }

    /**
     * The vectors of the images, each of them once.
     *
     * @param encoderKey tells encoders apart
     * @param size side length the encoder wants, in pixels
     * @param perSource images of each source at most
     */
    List<ReferenceVector> embed(
            List<Path> sources, int perSource, String encoderKey, int size, Supplier<Encoder> encoder)
            throws Exception {
        Path folder = cache.resolve(key(sources, perSource, encoderKey, size));
        if (!Files.isDirectory(folder)) {
            Path unfinished = Files.createTempDirectory(Files.createDirectories(cache), "unfinished-");
            try (Encoder opened = encoder.get()) {
                embed(sources, perSource, size, opened, unfinished);
            }
            Files.move(unfinished, folder);
        }
        List<ReferenceVector> vectors = new ArrayList<>();
        try (EmbeddedReferenceCollection collection = EmbeddedReferenceCollection.open(folder, 1)) {
            collection.forEach(vectors::add);
        }
        return vectors;
    }

    private static String key(List<Path> sources, int perSource, String encoderKey, int size) throws IOException {
        StringBuilder key = new StringBuilder(encoderKey + "\n" + size + "\n" + perSource + "\n");
        for (Path source : sources) {
            key.append(source.toRealPath())
                    .append(' ')
                    .append(Files.size(source))
                    .append(' ')
                    .append(Files.getLastModifiedTime(source).toMillis())
                    .append('\n');
        }
        return Hashes.sha256(key.toString()).substring(0, 16);
    }

    private static void embed(List<Path> sources, int perSource, int size, Encoder encoder, Path folder)
            throws Exception {
        ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
        Set<String> seen = new HashSet<>();
        List<CanonicalImage> images = new ArrayList<>();
        List<ReferenceVector> vectors = new ArrayList<>();
        long done = 0;
        try (Sources all = new Sources(sources);
                Progress progress =
                        Progress.of("embedding", Math.min(all.count(), (long) perSource * sources.size()))) {
            for (Path source : sources) {
                try (Sources one = new Sources(List.of(source))) {
                    for (int taken = 0; taken < perSource && one.hasNext(); taken++) {
                        Sources.encoded(one.next())
                                .flatMap(image -> decode(decoder, image, size))
                                .filter(image -> seen.add(image.sha256()))
                                .ifPresent(images::add);
                        if (images.size() == BATCH) {
                            flush(images, encoder, vectors);
                        }
                        progress.at(++done);
                    }
                }
            }
            flush(images, encoder, vectors);
        }
        if (vectors.isEmpty()) {
            throw new IllegalArgumentException("No image of %s could be read: name others".formatted(sources));
        }
        try (EmbeddedReferenceCollection collection = EmbeddedReferenceCollection.create(
                folder, "embedded", vectors.get(0).vector().length, Metric.L2, 1)) {
            for (int from = 0; from < vectors.size(); from += ADD_BATCH) {
                collection.add(vectors.subList(from, Math.min(vectors.size(), from + ADD_BATCH)));
            }
        }
    }

    private static void flush(List<CanonicalImage> images, Encoder encoder, List<ReferenceVector> vectors) {
        if (!images.isEmpty()) {
            float[][] embedded = encoder.apply(images);
            for (int i = 0; i < embedded.length; i++) {
                String sha256 = images.get(i).sha256();
                vectors.add(new ReferenceVector(sha256, sha256, "", embedded[i]));
            }
            images.clear();
        }
    }

    private static Optional<CanonicalImage> decode(ImageDecoder decoder, EncodedImage image, int size) {
        try {
            return Optional.of(decoder.decode(image.bytes(), size));
        } catch (ImageRejectedException e) {
            LOG.warn("{} is left out: {}: {}", image.name(), e.reason(), e.getMessage());
            return Optional.empty();
        }
    }
}
