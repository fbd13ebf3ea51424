package dev.whence.infra.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** When each image of a load is due, fixed before the first is sent: an open loop, in which no image waits for an answer. */
record LoadSchedule(List<Phase> phases) {

    LoadSchedule(Phase... phases) {
        this(List.of(phases));
    }

    /** All due at once: as fast as it goes. */
    static LoadSchedule atOnce(String name, long images) {
        return new LoadSchedule(new Phase(name, images, Double.POSITIVE_INFINITY));
    }

    long images() {
        return phases.stream().mapToLong(Phase::images).sum();
    }

    /** When the phase begins, counted from the start of the load; the number of phases stands for the end. */
    long startNanos(int phase) {
        return Math.round(phases.stream().limit(phase).mapToDouble(Phase::nanos).sum());
    }

    /** When the phase's image with this number, from 0, is due, counted from the start of the load. */
    long dueNanos(int phase, long image) {
        return startNanos(phase) + phases.get(phase).dueNanos(image);
    }

    /**
     * Images at an even rate.
     *
     * @param imagesPerSecond above 0; infinite for all at once
     */
    record Phase(String name, long images, double imagesPerSecond) {
        private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

        static Phase lasting(String name, double imagesPerSecond, double seconds) {
            return new Phase(name, Math.max(1, Math.round(imagesPerSecond * seconds)), imagesPerSecond);
        }

        double nanos() {
            return images / imagesPerSecond * SECOND;
        }

        long dueNanos(long image) {
            return Math.round(image / imagesPerSecond * SECOND);
        }
    }
}
