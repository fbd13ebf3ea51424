package dev.whence.vectorstore.milvus;

import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection.Metric;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceCollectionContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MilvusReferenceCollectionIT extends ReferenceCollectionContract {
    private final AtomicInteger collections = new AtomicInteger();
    private MilvusServer server;
    private MilvusStore store;

    @BeforeAll
    void start() {
        server = MilvusServer.start();
        store = MilvusStore.connect(MilvusSettings.of(server.uri()));
    }

    @AfterAll
    void stop() {
        if (store != null) {
            store.close();
            server.close();
        }
    }

    /** Each with a range of ids of its own, the later ones first. */
    @Test
    void iteratesOverSeveralSegmentsOfTheServer() {
        List<ReferenceVector> vectors = new ArrayList<>(draw(3000, 64, 5));
        try (MilvusReferenceCollection collection = (MilvusReferenceCollection) create(64, Metric.L2)) {
            for (int from = vectors.size() - 1500; from >= 0; from -= 1500) {
                collection.add(vectors.subList(from, from + 1500));
                collection.awaitIndex();
            }
            collection.delete(List.of(vectors.get(7).id(), vectors.get(2222).id()));
            List<ReferenceVector> held = new ArrayList<>();
            collection.forEach(held::add);

            vectors.remove(2222);
            vectors.remove(7);
            assertSame(held, vectors);
        }
    }

    @Override
    protected ReferenceCollection create(int dimension, Metric metric) {
        MilvusIndex flat = new MilvusIndex(MilvusIndex.Type.FLAT, Map.of());
        return store.create("contract_" + collections.incrementAndGet(), dimension, metric, flat);
    }

    @Override
    protected ReferenceCollection reopen(ReferenceCollection created) {
        return store.open(((MilvusReferenceCollection) created).name());
    }

    @Override
    protected ReferenceCollection openMissing() {
        return store.open("nothing_here");
    }
}
