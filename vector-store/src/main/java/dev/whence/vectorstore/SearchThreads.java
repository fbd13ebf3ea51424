package dev.whence.vectorstore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The threads that searches of one collection share; a single one is the caller's own. */
final class SearchThreads implements AutoCloseable {
    private static final int MAX_THREADS = 256;

    private final int threads;
    private final ExecutorService executor;

    SearchThreads(int threads) {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException(
                    "A search can't run on " + threads + " threads: pass 1 to " + MAX_THREADS + ".");
        }
        this.threads = threads;
        this.executor = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "reference-search");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs the task once on every thread: the runs share the work among themselves. */
    <T> List<T> onEach(Supplier<T> task) {
        if (threads == 1) {
            return List.of(task.get());
        }
        try {
            Callable<T> call = task::get;
            List<T> results = new ArrayList<>();
            for (Future<T> run : executor.invokeAll(Collections.nCopies(threads, call))) {
                results.add(run.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("A search of a reference collection was interrupted.", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ReferenceStoreException known) {
                throw known;
            }
            throw new IllegalStateException("A search of a reference collection failed.", e.getCause());
        }
    }

    /** Returns when no task runs any more. */
    @Override
    public void close() {
        executor.shutdown();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = executor.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
