package dev.whence.infra.stack;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who came out how often. */
final class Ledger {
    private final Map<String, Integer> times = new HashMap<>();

    void enter(String id) {
        times.merge(id, 1, Integer::sum);
    }

    List<String> missing(Collection<String> ids) {
        return ids.stream().filter(id -> !times.containsKey(id)).toList();
    }

    boolean hasAll(Collection<String> ids) {
        return times.keySet().containsAll(ids);
    }

    /** What came out more than once. */
    List<String> repeated() {
        return times.entrySet().stream()
                .filter(entry -> entry.getValue() > 1)
                .map(Map.Entry::getKey)
                .toList();
    }

    int distinct() {
        return times.size();
    }
}
