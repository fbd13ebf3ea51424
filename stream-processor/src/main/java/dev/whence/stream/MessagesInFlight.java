package dev.whence.stream;

import dev.whence.stream.engine.RawMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.jspecify.annotations.Nullable;

/**
 * The images that a subtask has taken and not answered. A checkpoint holds where they stand on Kafka, partition and offset, and
 * nothing of what is in them: a job that goes on from it reads them again. It holds as well how far each partition was read, so that
 * messages are missed that Kafka deletes before they come.
 */
final class MessagesInFlight {
    private static final ListStateDescriptor<Tuple2<Integer, Long>> PLACES =
            new ListStateDescriptor<>("in-flight", Types.TUPLE(Types.INT, Types.LONG));
    /** Each subtask gets those of all, since a partition may become another's. */
    private static final ListStateDescriptor<Tuple2<Integer, Long>> EXPECTED =
            new ListStateDescriptor<>("expected", Types.TUPLE(Types.INT, Types.LONG));

    private final Set<Tuple2<Integer, Long>> places = new HashSet<>();
    /** Of each partition that is this subtask's the offset behind the last message that came. */
    private final Map<Integer, Long> reached = new HashMap<>();
    /** Of each checkpoint that is not complete: of each partition the offset before which all is answered. */
    private final NavigableMap<Long, Map<Integer, Long>> answered = new TreeMap<>();

    /** Of each partition the offset that should come next, as far as this subtask or the checkpoint knows. */
    private final Map<Integer, Long> expected = new HashMap<>();
    /** Where another came. */
    private final List<Gap> gaps = new ArrayList<>();

    private @Nullable ListState<Tuple2<Integer, Long>> state;
    private @Nullable ListState<Tuple2<Integer, Long>> expectedState;
    private long bytes;

    /** Answers where the messages stand that were in flight when the checkpoint was made, which are this subtask's now. */
    Collection<Tuple2<Integer, Long>> restore(OperatorStateStore store) throws Exception {
        state = store.getListState(PLACES);
        Set<Tuple2<Integer, Long>> restored = new HashSet<>();
        state.get().forEach(restored::add);
        expectedState = store.getUnionListState(EXPECTED);
        expectedState.get().forEach(place -> expected.merge(place.f0, place.f1, Math::max));
        return restored;
    }

    /** A message came from the source, and not from a checkpoint, which may hold such of another subtask's partitions. */
    void reach(RawMessage message) {
        long next = message.offset() + 1;
        reached.merge(message.partition(), next, Math::max);
        Long awaited = expected.put(message.partition(), next);
        if (awaited != null && awaited < message.offset()) {
            gaps.add(new Gap(message.partition(), awaited, message.offset()));
        }
    }

    int gaps() {
        return gaps.size();
    }

    /** The gaps that nobody took yet. */
    List<Gap> takeGaps() {
        List<Gap> taken = List.copyOf(gaps);
        gaps.clear();
        return taken;
    }

    void enter(RawMessage message) {
        places.add(place(message));
        bytes += message.value().length;
    }

    /** @param length of the message's value */
    void leave(Tuple2<Integer, Long> place, int length) {
        places.remove(place);
        bytes -= length;
    }

    static Tuple2<Integer, Long> place(RawMessage message) {
        return Tuple2.of(message.partition(), message.offset());
    }

    int size() {
        return places.size();
    }

    /** Of their values. */
    long bytes() {
        return bytes;
    }

    /** Into the state, for the checkpoint that is being made. */
    void write(long checkpoint) throws Exception {
        if (state == null || expectedState == null) {
            throw new IllegalStateException("The state was not restored");
        }
        state.update(places.stream().toList());
        expectedState.update(expected.entrySet().stream()
                .map(next -> Tuple2.of(next.getKey(), next.getValue()))
                .toList());
        Map<Integer, Long> before = new HashMap<>(reached);
        places.forEach(place -> before.computeIfPresent(place.f0, (partition, offset) -> Math.min(offset, place.f1)));
        answered.put(checkpoint, before);
    }

    /** Of each partition the offset before which all is answered by what this checkpoint, which is complete, made visible. */
    Map<Integer, Long> answeredBy(long checkpoint) {
        Map<Integer, Long> offsets = answered.getOrDefault(checkpoint, Map.of());
        answered.headMap(checkpoint, true).clear();
        return offsets;
    }

    /**
     * Offsets of a partition that no message came from. Most are Kafka's own markers, or were never committed.
     *
     * @param begin the first
     * @param end behind the last
     */
    record Gap(int partition, long begin, long end) {}
}
