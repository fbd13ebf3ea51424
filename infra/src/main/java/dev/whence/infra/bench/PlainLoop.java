package dev.whence.infra.bench;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.image.ImageRejectedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** What the pipeline does without Kafka and Flink: every thread takes a batch, decodes it, attributes it. */
record PlainLoop(Attributor attributor, Uploads uploads, int threads, int batchSize) {

    void run(long images) throws Exception {
        AtomicLong next = new AtomicLong();
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            Callable<Void> loop = () -> attributeBatches(images, next);
            for (Future<Void> done : workers.invokeAll(Collections.nCopies(threads, loop))) {
                done.get();
            }
        } finally {
            workers.shutdownNow();
        }
    }

    private Void attributeBatches(long images, AtomicLong next) {
        for (long from = next.getAndAdd(batchSize); from < images; from = next.getAndAdd(batchSize)) {
            List<CanonicalImage> decoded = new ArrayList<>(batchSize);
            for (long number = from; number < Math.min(images, from + batchSize); number++) {
                try {
                    decoded.add(attributor.canonical(uploads.image(number)));
                } catch (ImageRejectedException e) {
                    // The pipeline makes a dead letter of it, which costs as little.
                }
            }
            if (!decoded.isEmpty()) {
                attributor.attribute(decoded);
            }
        }
        return null;
    }
}
