package dev.whence.vectorstore.milvus;

import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.ReferenceCollectionContract;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
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

    @Override
    protected ReferenceCollection create(int dimension, ReferenceCollection.Metric metric) {
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
