package dev.whence.stream.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forms batches of what arrives one by one and hands them to workers.
 *
 * <p>A batch is formed only when a worker is free, so that under load batches are full and when idle none waits longer than the given age
 * after its first element. One worker forms at a time: two would share out what fills one batch. The queue is unbounded, whoever adds
 * bounds what is in flight.
 */
final class MicroBatcher<T> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MicroBatcher.class);

    private final BlockingQueue<Queued<T>> queue = new LinkedBlockingQueue<>();
    private final ReentrantLock forming = new ReentrantLock();
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

    void add(T element) {
        queue.add(new Queued<>(element, System.nanoTime()));
    }

    private void run() {
        try {
            while (true) {
                List<T> batch = form();
                try {
                    work.accept(batch);
                } catch (RuntimeException e) { // one batch's failure must not end the worker of all others
                    LOG.error("A batch of {} failed in an unforeseen way", batch.size(), e);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("{} ends", Thread.currentThread().getName());
        }
    }

    private List<T> form() throws InterruptedException {
        forming.lockInterruptibly();
        try {
            Queued<T> next = queue.take();
            long deadline = next.since() + maxAge.toNanos();
            List<T> batch = new ArrayList<>(maxSize);
            batch.add(next.element());
            while (batch.size() < maxSize) {
                // A deadline that is over still takes what is there.
                Queued<T> another = queue.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (another == null) {
                    break;
                }
                batch.add(another.element());
            }
            return batch;
        } finally {
            forming.unlock();
        }
    }

    /** Ends the workers, each after the batch it is at; what is still queued is dropped. */
    @Override
    public void close() {
        workers.forEach(Thread::interrupt);
        boolean interrupted = false;
        for (Thread worker : workers) {
            while (worker.isAlive()) { // native inference must not lose its model under its feet
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

    private record Queued<T>(T element, long since) {}
}
