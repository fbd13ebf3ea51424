package dev.whence.attributor.projection;

import dev.whence.attributor.Attribution.SpaceReading;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.Crops;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.space.Embedder;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.Search;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Images to artifacts: embeds a batch, asks every space's reference collection for the nearest real points and
 * subtracts the projection. An image is never its own neighbour, and no crop is one of another crop of its image. The spaces are searched at the same time where the
 * vectors are on a server; a failure of a search is thrown as it is.
 */
public final class ArtifactExtractor implements AutoCloseable {
    private final Reference reference;
    private final List<View> views;
    private final List<EmbeddingSpace> spaces;
    private final int neighbours;
    private final Embedder embedder;
    /** Empty for one thread: then the caller's own projects, and several callers do not wait for each other. */
    private final Optional<ForkJoinPool> pool;

    /**
     * @param embedder of the views' spaces; closed with this
     * @param neighbours number of reference points a projection sees, at least 1
     * @param threads threads of the projection, at least 1
     */
    public ArtifactExtractor(Reference reference, Embedder embedder, List<View> views, int neighbours, int threads) {
        this.reference = reference;
        this.embedder = embedder;
        this.spaces = embedder.spaces();
        this.views = List.copyOf(views);
        this.neighbours = neighbours;
        spaces.forEach(reference::collection);
        this.pool = threads == 1 ? Optional.empty() : Optional.of(new ForkJoinPool(threads));
    }

    /**
     * @param artifacts {@code [view][crop]}: signed artifacts of all {@link Crops} of the images, of the space's shape, row by row
     * @param readings {@code [image]}: where it stands in each space, with the artifact of the first view that projects there; of
     *     several crops that of the one closest to a real point, in each space its own
     * @param searchNanos of the time for projecting, that in which there was nothing to do but to wait for searches
     */
    public record Artifacts(
            float[][][] artifacts,
            List<List<SpaceReading>> readings,
            long embedNanos,
            long searchNanos,
            long projectNanos) {}

    public List<View> views() {
        return views;
    }

    public Artifacts extract(List<CanonicalImage> images) {
        long start = System.nanoTime();
        List<CanonicalImage> parts = Crops.parts(images);
        float[][][] embeddings = embedder.embed(parts);
        long embedded = System.nanoTime();
        float[][][] artifacts = new float[views.size()][][];
        SpaceReading[][] readings = new SpaceReading[parts.size()][spaces.size()];
        List<CompletableFuture<List<List<Neighbour>>>> searches = new ArrayList<>();
        for (int s = 0; s < spaces.size(); s++) {
            searches.add(search(spaces.get(s), parts, embeddings[s]));
        }
        long searching = System.nanoTime() - embedded;
        for (int s = 0; s < spaces.size(); s++) {
            long asked = System.nanoTime();
            List<List<Neighbour>> nearest = result(searches.get(s));
            searching += System.nanoTime() - asked;
            boolean read = false;
            for (int v = 0; v < views.size(); v++) {
                if (views.get(v).space().equals(spaces.get(s))) {
                    artifacts[v] = project(views.get(v).projection(), embeddings[s], nearest);
                    if (!read) {
                        read(s, nearest, artifacts[v], readings);
                        read = views.get(v).projection() != Projection.NONE;
                    }
                }
            }
        }
        long projected = System.nanoTime();
        return new Artifacts(
                artifacts, closest(readings, Crops.of(images)), embedded - start, searching, projected - embedded);
    }

    private List<List<SpaceReading>> closest(SpaceReading[][] readings, Crops crops) {
        List<List<SpaceReading>> closest = new ArrayList<>();
        for (int i = 0; i < crops.images(); i++) {
            List<SpaceReading[]> own = Arrays.asList(readings).subList(crops.first(i), crops.first(i + 1));
            closest.add(IntStream.range(0, spaces.size())
                    .mapToObj(s -> own.stream()
                            .map(reading -> reading[s])
                            .min(Comparator.comparingDouble(SpaceReading::distance))
                            .orElseThrow())
                    .toList());
        }
        return closest;
    }

    private CompletableFuture<List<List<Neighbour>>> search(
            EmbeddingSpace space, List<CanonicalImage> images, float[][] embeddings) {
        List<Query> queries = IntStream.range(0, images.size())
                .mapToObj(i -> new Query(images.get(i).sha256(), embeddings[i]))
                .toList();
        return reference.collection(space).searchAsync(queries, Search.nearest(readsSeveral(space) ? neighbours : 1));
    }

    private static List<List<Neighbour>> result(CompletableFuture<List<List<Neighbour>>> search) {
        try {
            return search.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    private boolean readsSeveral(EmbeddingSpace space) {
        return views.stream()
                .anyMatch(
                        view -> view.space().equals(space) && view.projection().readsSeveral());
    }

    private float[][] project(Projection projection, float[][] embeddings, List<List<Neighbour>> nearest) {
        float[][] artifacts = new float[nearest.size()][];
        onEveryThread(nearest.size(), i -> artifacts[i] = projection.artifact(embeddings[i], nearest.get(i)));
        return artifacts;
    }

    private void read(int s, List<List<Neighbour>> nearest, float[][] artifacts, SpaceReading[][] readings) {
        for (int i = 0; i < artifacts.length; i++) {
            Neighbour closest = nearest.get(i).get(0);
            readings[i][s] =
                    new SpaceReading(spaces.get(s).name(), closest.id(), closest.distance(), norm(artifacts[i]));
        }
    }

    private void onEveryThread(int count, IntConsumer task) {
        if (pool.isEmpty()) {
            IntStream.range(0, count).forEach(task);
            return;
        }
        try {
            pool.get()
                    .submit(() -> IntStream.range(0, count).parallel().forEach(task))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while projecting", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The projection failed: " + e.getCause(), e.getCause());
        }
    }

    private static double norm(float[] vector) {
        double sum = 0;
        for (float v : vector) {
            sum += (double) v * v;
        }
        return Math.sqrt(sum);
    }

    @Override
    public void close() {
        embedder.close();
        pool.ifPresent(ForkJoinPool::shutdown);
    }
}
