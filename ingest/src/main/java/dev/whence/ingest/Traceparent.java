package dev.whence.ingest;

import java.util.random.RandomGenerator;

/** A new W3C trace context, version 00 (Trace Context, section 3.2): the trace starts with the upload. */
final class Traceparent {
    private Traceparent() {}

    static String random(RandomGenerator random) {
        return "00-%016x%016x-%016x-01".formatted(notZero(random), random.nextLong(), notZero(random));
    }

    private static long notZero(RandomGenerator random) {
        long id = random.nextLong();
        return id == 0 ? 1 : id;
    }
}
