package dev.whence.attributor.reference;

import dev.whence.vectorstore.EmbeddedReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceStoreException;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import dev.whence.vectorstore.milvus.MilvusIndex;
import dev.whence.vectorstore.milvus.MilvusReferenceCollection;
import dev.whence.vectorstore.milvus.MilvusStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a copy's collections are created. One that is closed before it is complete leaves nothing on a server. */
interface ReferenceTarget extends AutoCloseable {
    /** Creates the empty collection of a space; closed by the caller. */
    ReferenceCollection create(String space, int dimension);

    /** Makes a filled collection as fast as it gets: waits for its index, or compacts it. */
    void settle(ReferenceCollection filled);

    /** Writes {@code reference.json}: from now on the copy is whole. */
    void complete(ReferenceManifest original);

    @Override
    void close();

    static ReferenceTarget of(ReferenceStore store, Path folder, ReferenceManifest original, int threads) {
        if (store instanceof ReferenceStore.Milvus milvus) {
            return new OnServer(folder, original, milvus);
        }
        return new InFolder(folder, threads);
    }

    /** Folders beside {@code reference.json}. */
    record InFolder(Path folder, int threads) implements ReferenceTarget {
        @Override
        public ReferenceCollection create(String space, int dimension) {
            return EmbeddedReferenceCollection.create(folder.resolve(space), space, dimension, Metric.L2, threads);
        }

        @Override
        public void settle(ReferenceCollection filled) {
            if (filled instanceof EmbeddedReferenceCollection inFolder) {
                inFolder.compact();
            }
        }

        @Override
        public void complete(ReferenceManifest original) {
            original.in(null).write(folder);
        }

        @Override
        public void close() {}
    }

    /**
     * Collections NAME_SPACE_VERSION_INDEX_N of a server, INDEX the type, N the first number that is free, and the alias
     * NAME_SPACE_VERSION_INDEX that points to the newest complete one.
     */
    final class OnServer implements ReferenceTarget {
        private static final Logger LOG = LoggerFactory.getLogger(OnServer.class);
        private static final int MOST_BUILDS = 1000;
        private static final Duration INDEXING = Duration.ofMinutes(30);

        private final Path folder;
        private final ReferenceManifest original;
        private final String uri;
        private final MilvusIndex index;
        private final MilvusStore server;
        private final Map<String, ReferenceManifest.Place> created = new LinkedHashMap<>();
        private boolean complete;

        OnServer(Path folder, ReferenceManifest original, ReferenceStore.Milvus store) {
            this.folder = folder;
            this.original = original;
            uri = store.uri();
            index = store.index();
            server = MilvusStore.connect(
                    OpenCollections.settings(uri, store.access()).withPatience(INDEXING));
        }

        @Override
        public ReferenceCollection create(String space, int dimension) {
            String alias = "%s_%s_%s_%s".formatted(legal(original.name()), space, original.version(), index.type());
            for (int build = 1; ; build++) {
                String name = "%s_%d".formatted(alias, build);
                try {
                    ReferenceCollection collection = server.create(name, dimension, Metric.L2, index);
                    created.put(space, new ReferenceManifest.Place(name, alias));
                    return collection;
                } catch (ReferenceStoreException e) {
                    if (e.reason() != Reason.EXISTS || build == MOST_BUILDS) {
                        throw e;
                    }
                }
            }
        }

        @Override
        public void settle(ReferenceCollection filled) {
            if (filled instanceof MilvusReferenceCollection onServer) {
                onServer.awaitIndex();
            }
        }

        /** What Milvus takes in a name; it must not begin with a digit. */
        private static String legal(String name) {
            String legal = name.replaceAll("[^A-Za-z0-9_]", "_");
            return legal.matches("[A-Za-z_].*") ? legal : "_" + legal;
        }

        @Override
        public void complete(ReferenceManifest original) {
            original.in(new ReferenceManifest.Milvus(uri, created)).write(folder);
            complete = true;
            created.values().forEach(place -> server.pointAlias(place.alias(), place.collection()));
        }

        @Override
        public void close() {
            if (!complete) {
                created.values().forEach(place -> drop(place.collection()));
            }
            server.close();
        }

        private void drop(String collection) {
            try {
                server.drop(collection);
            } catch (ReferenceStoreException e) {
                LOG.warn(
                        "The half-built collection {} is still on the server, drop it: {}", collection, e.getMessage());
            }
        }
    }
}
