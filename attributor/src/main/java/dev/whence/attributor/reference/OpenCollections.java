package dev.whence.attributor.reference;

import dev.whence.attributor.onnx.OnnxNetwork;
import dev.whence.vectorstore.EmbeddedReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.milvus.MilvusSettings;
import dev.whence.vectorstore.milvus.MilvusStore;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The collections that a manifest names, opened, in whichever engine. */
final class OpenCollections implements AutoCloseable {
    private final Path folder;
    private final ReferenceManifest manifest;
    private final Optional<MilvusStore> server;
    private final Map<String, ReferenceCollection> bySpace = new LinkedHashMap<>();

    private OpenCollections(Path folder, ReferenceManifest manifest, Optional<MilvusStore> server) {
        this.folder = folder;
        this.manifest = manifest;
        this.server = server;
    }

    /**
     * @throws IllegalArgumentException if a collection is of another dimension than the manifest says
     * @throws dev.whence.vectorstore.ReferenceStoreException if one can't be opened
     */
    static OpenCollections open(Path folder, ReferenceManifest manifest, int threads, MilvusAccess access) {
        OnnxNetwork.claimRuntime();
        OpenCollections open =
                new OpenCollections(folder, manifest, manifest.onServer().map(place -> connect(place.uri(), access)));
        try {
            for (ReferenceManifest.Space space : manifest.spaces()) {
                ReferenceCollection collection = open.collection(space.name(), threads, access.followsAlias());
                open.bySpace.put(space.name(), collection);
                if (collection.dimension() != space.dimension()) {
                    throw notTheOne(
                            folder,
                            space.name(),
                            "it has %,d dimensions, not %,d".formatted(collection.dimension(), space.dimension()));
                }
            }
            return open;
        } catch (RuntimeException e) {
            open.close();
            throw e;
        }
    }

    static MilvusStore connect(String uri, MilvusAccess access) {
        return MilvusStore.connect(settings(uri, access));
    }

    static MilvusSettings settings(String uri, MilvusAccess access) {
        MilvusSettings plain = MilvusSettings.of(uri);
        return access.token().map(plain::withToken).orElse(plain);
    }

    private ReferenceCollection collection(String space, int threads, boolean alias) {
        if (server.isEmpty()) {
            return EmbeddedReferenceCollection.open(folder.resolve(space), threads);
        }
        ReferenceManifest.Place place = place(space);
        return server.get().open(alias ? place.alias() : place.collection());
    }

    /** @throws IllegalArgumentException if the manifest names no collection of this space */
    ReferenceManifest.Place place(String space) {
        return manifest.onServer()
                .flatMap(milvus -> Optional.ofNullable(milvus.collections().get(space)))
                .orElseThrow(() -> new IllegalArgumentException("%s of %s names no collection of the space %s"
                        .formatted(ReferenceManifest.FILE, folder, space)));
    }

    /** In the order of the manifest. */
    Map<String, ReferenceCollection> bySpace() {
        return bySpace;
    }

    Optional<MilvusStore> server() {
        return server;
    }

    /** @throws IllegalArgumentException if a collection holds fewer or more vectors than the manifest says */
    void requireCounts() {
        bySpace.forEach((space, collection) -> {
            long count = collection.count();
            if (count != manifest.vectors()) {
                throw notTheOne(folder, space, "it holds %,d vectors, not %,d".formatted(count, manifest.vectors()));
            }
        });
    }

    /** The SHA-256 of the image of each of these ids that the first space has; reads all its vectors at worst. */
    Map<String, String> known(Set<String> ids) {
        Map<String, String> known = new HashMap<>();
        for (ReferenceVector vector : first()) {
            if (ids.contains(vector.id())) {
                known.put(vector.id(), vector.sha256());
                if (known.size() == ids.size()) {
                    break;
                }
            }
        }
        return known;
    }

    /** The ids of all crops of images with these SHA-256; reads all vectors of the first space. */
    Set<String> crops(Set<String> sha256s) {
        Set<String> ids = new TreeSet<>();
        for (ReferenceVector vector : first()) {
            if (sha256s.contains(vector.sha256())) {
                ids.add(vector.id());
            }
        }
        return ids;
    }

    private ReferenceCollection first() {
        return bySpace.values().iterator().next();
    }

    private static IllegalArgumentException notTheOne(Path folder, String space, String how) {
        return new IllegalArgumentException(
                ("The collection %s of %s is not the one that %s names: %s. If a withdrawal was"
                                + " interrupted, finish it with 'whence reference withdraw --reference %s', else build it again")
                        .formatted(space, folder, ReferenceManifest.FILE, how, folder));
    }

    @Override
    public void close() {
        bySpace.values().forEach(ReferenceCollection::close);
        server.ifPresent(MilvusStore::close);
    }
}
