package dev.whence.stream.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MicroBatcherTest {
    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final BlockingQueue<List<Integer>> batches = new LinkedBlockingQueue<>();

    @Test
    void aFullBatchDoesNotWait() throws InterruptedException {
        try (MicroBatcher<Integer> batcher = new MicroBatcher<>("test", 1, 3, FOR_EVER, batches::add)) {
            IntStream.range(0, 7).forEach(batcher::add);

            assertThat(batches.take()).containsExactly(0, 1, 2);
            assertThat(batches.take()).containsExactly(3, 4, 5);
        }
        assertThat(batches).as("the seventh still waits").isEmpty();
    }

    @Test
    void anOldBatchGoesThoughItIsNotFull() throws InterruptedException {
        try (MicroBatcher<Integer> batcher = new MicroBatcher<>("test", 2, 100, Duration.ofMillis(1), batches::add)) {
            batcher.add(1);

            assertThat(batches.take()).containsExactly(1);
        }
    }

    @Test
    void whatCameWhileTheWorkerWasBusyIsOneBatch() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        try (MicroBatcher<Integer> batcher = new MicroBatcher<>("test", 1, 100, Duration.ZERO, batch -> {
            batches.add(batch);
            await(busy);
        })) {
            batcher.add(0);
            assertThat(batches.take()).containsExactly(0);
            IntStream.range(1, 50).forEach(batcher::add);
            busy.countDown();

            assertThat(batches.take()).hasSize(49);
        }
    }

    @Test
    void aBatchWaitsLongerWhileAnotherIsAtWorkAndGoesWhenThatIsDone() throws InterruptedException {
        Duration age = Duration.ofSeconds(3);
        CountDownLatch busy = new CountDownLatch(1);
        try (MicroBatcher<Integer> batcher = new MicroBatcher<>("test", 2, 2, age, batch -> {
            batches.add(batch);
            await(busy);
        })) {
            IntStream.range(0, 2).forEach(batcher::add);
            assertThat(batches.take()).containsExactly(0, 1);
            long start = System.nanoTime();
            batcher.add(2);

            assertThat(batches.poll(age.toMillis() + 500, TimeUnit.MILLISECONDS))
                    .as("a batch that is as old as an idle batcher lets it become")
                    .isNull();
            busy.countDown();
            assertThat(batches.take()).containsExactly(2);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(age.multipliedBy(2));
        }
    }

    @Test
    void aBatchGoesThoughAnotherStaysAtWorkForGood() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        try (MicroBatcher<Integer> batcher = new MicroBatcher<>("test", 2, 2, Duration.ofMillis(100), batch -> {
            batches.add(batch);
            await(busy);
        })) {
            IntStream.range(0, 2).forEach(batcher::add);
            assertThat(batches.take()).containsExactly(0, 1);
            batcher.add(2);

            assertThat(batches.poll(1, TimeUnit.MINUTES)).containsExactly(2);
            busy.countDown();
        }
    }

    @Test
    void aFailedBatchDoesNotEndTheWorker() throws InterruptedException {
        try (MicroBatcher<Integer> batcher = new MicroBatcher<>("test", 1, 1, Duration.ZERO, batch -> {
            batches.add(batch);
            throw new IllegalStateException("on purpose");
        })) {
            batcher.add(1);
            batcher.add(2);

            assertThat(batches.take()).containsExactly(1);
            assertThat(batches.take()).containsExactly(2);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
