package dev.whence.ingest;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Lets images through at an even rate. Time lost by an image that came late is made up for by the next ones, up to
 * {@link #MAX_CATCH_UP}: the rate holds on the average, and a long pause is followed by no burst. Not thread safe.
 */
public final class Pace {
    static final Duration MAX_CATCH_UP = Duration.ofMillis(100);

    private final long nanosBetweenImages;
    private final LongSupplier nanoClock;
    private final Sleeper sleeper;
    private long nextAt;
    private boolean started;

    Pace(long nanosBetweenImages, LongSupplier nanoClock, Sleeper sleeper) {
        this.nanosBetweenImages = nanosBetweenImages;
        this.nanoClock = nanoClock;
        this.sleeper = sleeper;
    }

    /** As fast as it goes. */
    public static Pace unlimited() {
        return new Pace(0, () -> 0, nanos -> {});
    }

    /** @param imagesPerSecond above 0 */
    public static Pace of(double imagesPerSecond) {
        return of(imagesPerSecond, System::nanoTime, TimeUnit.NANOSECONDS::sleep);
    }

    static Pace of(double imagesPerSecond, LongSupplier nanoClock, Sleeper sleeper) {
        if (!(imagesPerSecond > 0)) {
            throw new IllegalArgumentException("The rate must be above 0 images/s, not " + imagesPerSecond);
        }
        return new Pace((long) (TimeUnit.SECONDS.toNanos(1) / imagesPerSecond), nanoClock, sleeper);
    }

    /** Waits until the next image may go. */
    void await() throws InterruptedException {
        if (nanosBetweenImages == 0) {
            return;
        }
        long now = nanoClock.getAsLong();
        if (!started) {
            started = true;
            nextAt = now;
        }
        if (nextAt - now > 0) {
            sleeper.sleep(nextAt - now);
        } else if (now - nextAt > MAX_CATCH_UP.toNanos()) {
            nextAt = now - MAX_CATCH_UP.toNanos();
        }
        nextAt += nanosBetweenImages;
    }

    /** Waits; a fake in tests. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(long nanos) throws InterruptedException;
    }
}
