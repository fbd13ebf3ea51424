package dev.whence.attributor.reference;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.image.Framing;
import dev.whence.attributor.reference.Reference.Settings;
import dev.whence.attributor.space.Embedder;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.vectorstore.EmbeddedReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Embeds crop by crop and adds to every collection, batch by batch; the manifest comes last. */
final class ReferenceWriter implements AutoCloseable {
    /** Crops embedded at a time, and vectors of one segment of a collection. */
    private static final int EMBED_BATCH = 64;

    private static final int ADD_BATCH = 2048;

    private final Path out;
    private final Settings settings;
    private final Embedder embedder;
    private final List<EmbeddedReferenceCollection> collections = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<List<ReferenceVector>> vectors = new ArrayList<>();
    private long crops;

    ReferenceWriter(Path out, Settings settings) {
        this.out = out;
        this.settings = settings;
        embedder = Embedder.of(settings.spaces(), settings.size(), settings.threads());
        for (EmbeddingSpace space : settings.spaces()) {
            collections.add(EmbeddedReferenceCollection.create(
                    out.resolve(space.name()),
                    space.name(),
                    (int) space.shape(settings.size()).size(),
                    Metric.L2,
                    settings.threads()));
            vectors.add(new ArrayList<>());
        }
    }

    private record Waiting(String id, String dataSet, CanonicalImage image) {}

    /** @param ids one for each crop of the image */
    void add(List<String> ids, String dataSet, CanonicalImage image) {
        List<CanonicalImage> parts = image.parts();
        for (int crop = 0; crop < parts.size(); crop++) {
            waiting.add(new Waiting(ids.get(crop), dataSet, parts.get(crop)));
            crops++;
            if (waiting.size() == EMBED_BATCH) {
                embed();
            }
        }
    }

    private void embed() {
        if (waiting.isEmpty()) {
            return;
        }
        float[][][] embeddings =
                embedder.embed(waiting.stream().map(Waiting::image).toList());
        for (int s = 0; s < embeddings.length; s++) {
            for (int i = 0; i < waiting.size(); i++) {
                Waiting one = waiting.get(i);
                vectors.get(s)
                        .add(new ReferenceVector(one.id(), one.image().sha256(), one.dataSet(), embeddings[s][i]));
            }
        }
        waiting.clear();
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

    /** @param count of images */
    void finish(long count, String order) {
        embed();
        flush();
        collections.forEach(EmbeddedReferenceCollection::compact);
        List<ReferenceManifest.Space> spaces = settings.spaces().stream()
                .map(s -> new ReferenceManifest.Space(
                        s.name(), (int) s.shape(settings.size()).size(), s.sha256(settings.size())))
                .toList();
        Framing framing = settings.framing();
        String framed = framing.equals(Framing.RESIZE) ? "" : framing + "\n";
        String sha256 = Hashes.sha256(spaces + "\n" + framed + order);
        settings.spaces().forEach(space -> Reference.keepEncoder(space, out));
        ReferenceManifest.of(settings.name(), sha256, settings.size(), framing, count, crops, spaces)
                .write(out);
    }

    @Override
    public void close() {
        embedder.close();
        collections.forEach(ReferenceCollection::close);
    }
}
