package dev.whence.vectorstore;

import dev.whence.vectorstore.ReferenceCollection.Metric;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedReferenceCollectionContractTest extends ReferenceCollectionContract {
    @TempDir
    private Path folder;

    private int created;

    @Override
    protected ReferenceCollection create(int dimension, Metric metric) {
        return EmbeddedReferenceCollection.create(current(++created), "contract", dimension, metric, 2);
    }

    @Override
    protected ReferenceCollection reopen(ReferenceCollection closed) {
        return EmbeddedReferenceCollection.open(current(created), 1);
    }

    @Override
    protected ReferenceCollection openMissing() {
        return EmbeddedReferenceCollection.open(folder.resolve("missing"), 1);
    }

    private Path current(int number) {
        return folder.resolve("collection-" + number);
    }
}
