package dev.whence.infra;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attributor;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.ingest.SourceImage;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Attributes images in batches without a stream: decoded on several threads, answered in their order. */
final class BatchAttributor implements AutoCloseable {
    /** Images of a batch: enough to fill the inference engine, few enough to keep large images small in memory. */
    static final int BATCH = 64;

    private final Attributor attributor;
    private final ExecutorService decoders;

    /**
     * @param attributor closed by its opener
     * @param threads threads of decoding
     */
    BatchAttributor(Attributor attributor, int threads) {
        this.attributor = attributor;
        decoders = Executors.newFixedThreadPool(threads);
    }

    /** One outcome for each image, in their order. */
    List<Outcome> attribute(List<SourceImage> images) {
        List<Future<Decoded>> decoding = images.stream()
                .map(image -> decoders.submit(() -> decode(image)))
                .toList();
        List<Decoded> decoded = decoding.stream().map(BatchAttributor::result).toList();
        List<CanonicalImage> canonical =
                decoded.stream().flatMap(image -> image.canonical.stream()).toList();
        Iterator<Attribution> attributions = canonical.isEmpty()
                ? List.<Attribution>of().iterator()
                : attributor.attribute(canonical).attributions().iterator();
        List<Outcome> outcomes = new ArrayList<>(images.size());
        for (Decoded image : decoded) {
            outcomes.add(
                    image.canonical.isPresent()
                            ? new Outcome.Attributed(image.path, attributions.next())
                            : new Outcome.Rejected(image.path, image.code, image.message));
        }
        return outcomes;
    }

    private Decoded decode(SourceImage image) {
        if (image.content() instanceof SourceImage.Unreadable unreadable) {
            return new Decoded(image.path(), unreadable.code().name(), unreadable.message());
        }
        byte[] bytes = ((SourceImage.Bytes) image.content()).bytes();
        try {
            return new Decoded(image.path(), attributor.canonical(bytes));
        } catch (ImageRejectedException e) {
            return new Decoded(image.path(), e.reason().name(), String.valueOf(e.getMessage()));
        }
    }

    private static Decoded result(Future<Decoded> decoding) {
        try {
            return decoding.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while decoding images", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Decoding failed", e.getCause());
        }
    }

    @Override
    public void close() {
        decoders.shutdownNow();
    }

    /** An image ready for the network, or why it is not. */
    private record Decoded(String path, Optional<CanonicalImage> canonical, String code, String message) {
        Decoded(String path, CanonicalImage canonical) {
            this(path, Optional.of(canonical), "", "");
        }

        Decoded(String path, String code, String message) {
            this(path, Optional.empty(), code, message);
        }
    }
}
