package dev.whence.stream.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forms batches of what arrives one by one and hands them to workers.
 *
 * <p>A batch is formed only when a worker is free, so that under load batches are full and when idle none waits longer than the given age
 * after its first element. One worker forms at a time: two would share out what fills one batch. While others are at work it lets its
 * batch fill for {@value #AGES_BESIDE_OTHERS} times that age, or until they are done: half as many workers with batches twice as large
 * leave more of the processor free. The queue is unbounded, whoever adds bounds what is in flight.
 */
final class MicroBatcher<T> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MicroBatcher.class);
    private static final int AGES_BESIDE_OTHERS = 2;
    /** How often a worker that lets its batch fill looks whether the others are done. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final BlockingQueue<Queued<T>> queue = new LinkedBlockingQueue<>();
    private final ReentrantLock forming = new ReentrantLock();
    private final AtomicInteger atWork = new AtomicInteger();
    private final int maxSize;
    private final Duration maxAge;
    private final Consumer<List<T>> work;
    private final List<Thread> workers;

    /** @param work takes one batch, on several threads at once */
    MicroBatcher(String name, int workers, int maxSize, Duration maxAge, Consumer<List<T>> work) {
        this.maxSize = maxSize;
        this.maxAge = maxAge;
        this.work = work;
        this.workers = IntStream.range(0, workers)
                .mapToObj(i -> new Thread(this::run, name + "-" + i))
                .toList();
        this.workers.forEach(worker -> {
            worker.setDaemon(true);
            worker.start();
        });
    }

    /** Once closed, takes elements and does nothing with them. */
    void add(T element) {
        queue.add(new Queued<>(Optional.of(element), System.nanoTime()));
    }

    private void run() {
        try {
            for (List<T> batch = form(); !batch.isEmpty(); batch = form()) {
                try {
                    work.accept(batch);
                } catch (RuntimeException e) { // one batch's failure must not end the worker of all others
                    LOG.error("A batch of {} failed in an unforeseen way", batch.size(), e);
                } finally {
                    atWork.decrementAndGet();
                }
            }
        } catch (InterruptedException e) {
            LOG.error("Somebody interrupted {}, which ends with its batch", Thread.currentThread(), e);
        }
    }

    /** The next batch; empty when there will be none. */
    private List<T> form() throws InterruptedException {
        forming.lockInterruptibly();
        try {
            Queued<T> next = queue.take();
            long since = next.since();
            List<T> batch = new ArrayList<>(maxSize);
            while (next != null && next.element().isPresent()) {
                batch.add(next.element().get());
                next = batch.size() == maxSize ? null : next(since);
            }
            if (next == null) {
                atWork.incrementAndGet();
                return batch;
            }
            end();
            return List.of();
        } finally {
            forming.unlock();
        }
    }

    /** What comes next into a batch; null when it has waited long enough. Then what is there is still taken. */
    private @Nullable Queued<T> next(long since) throws InterruptedException {
        Queued<T> next = queue.poll(maxAge.toNanos() - (System.nanoTime() - since), TimeUnit.NANOSECONDS);
        while (next == null && atWork.get() > 0 && System.nanoTime() - since < AGES_BESIDE_OTHERS * maxAge.toNanos()) {
            next = queue.poll(LOOK_NANOS, TimeUnit.NANOSECONDS);
        }
        return next;
    }

    /** Seen by one worker after the other, since each puts it back. */
    private void end() {
        queue.clear();
        queue.add(new Queued<>(Optional.empty(), System.nanoTime()));
    }

    /**
     * Ends the workers, each after the batch it works on; what still waits is dropped. Waits for them uninterrupted: native
     * inference must not lose its model under its feet.
     */
    @Override
    public void close() {
        end();
        boolean interrupted = false;
        for (Thread worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param element empty for the end */
    private record Queued<T>(Optional<T> element, long since) {}
}
