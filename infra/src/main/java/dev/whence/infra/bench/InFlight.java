package dev.whence.infra.bench;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Images that were sent and have not come back. One that is in flight several times comes back in the order it was sent. Safe
 * for several threads.
 */
final class InFlight {
    private final Map<String, Deque<Sent>> byId = new HashMap<>();
    private int size;

    synchronized void add(String id, Sent sent) {
        byId.computeIfAbsent(id, any -> new ArrayDeque<>(2)).add(sent);
        size++;
    }

    /** The longest in flight of this image; empty when none is. */
    synchronized Optional<Sent> remove(String id) {
        Deque<Sent> sent = byId.get(id);
        if (sent == null || sent.isEmpty()) {
            return Optional.empty();
        }
        size--;
        return Optional.of(sent.remove());
    }

    synchronized int size() {
        return size;
    }

    /**
     * @param phase of the schedule
     * @param dueNanos when it was to be sent, by System.nanoTime
     */
    record Sent(int phase, long dueNanos) {}
}
