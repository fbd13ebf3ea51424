package dev.whence.stream.metrics;

import java.util.Locale;

/** Where an image's time goes, in the order of its way. */
public enum Stage {
    /** Avro, claim check, hash, pixels. */
    DECODE,
    /** Waiting for the micro-batch. */
    QUEUE,
    EMBED,
    /** The reference collections' part of PROJECT: the latency of the store. */
    SEARCH,
    PROJECT,
    ATTRIBUTE;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
