package dev.whence.stream;

import dev.whence.schemas.Topic;
import dev.whence.stream.engine.ModelChoice;
import dev.whence.stream.engine.RawMessage;
import java.util.Optional;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which change of the model is in force and which is on its way, over checkpoints.
 *
 * <p>A job that is started again as before goes on with the changed model; one that is started with another model than
 * before was told later than any change, which is then forgotten.
 */
final class ModelState {
    private static final Logger LOG = LoggerFactory.getLogger(ModelState.class);
    private static final String STARTED = "started";
    private static final String SINCE = "since";
    private static final String CURRENT = "current";
    private static final String WANTED = "wanted";

    /** No classes of ours, whose names would have to stay. */
    private static final MapStateDescriptor<String, Tuple3<Integer, Long, byte[]>> CHANGES = new MapStateDescriptor<>(
            "model-changes", Types.STRING, Types.TUPLE(Types.INT, Types.LONG, Types.PRIMITIVE_ARRAY(Types.BYTE)));

    private static final MapStateDescriptor<String, String> START =
            new MapStateDescriptor<>("model-start", Types.STRING, Types.STRING);

    private @Nullable BroadcastState<String, Tuple3<Integer, Long, byte[]>> changes;
    private @Nullable BroadcastState<String, String> start;
    private String started = "";
    /** When the job was first started with that model, in milliseconds since 1970. */
    private long since;

    private @Nullable RawMessage current;
    private @Nullable RawMessage wanted;

    /**
     * @param startedWith the model that the job was started with now
     * @param startedAt in milliseconds since 1970
     */
    void restore(OperatorStateStore store, ModelChoice startedWith, long startedAt) throws Exception {
        started = startedWith.toString();
        since = startedAt;
        changes = store.getBroadcastState(CHANGES);
        start = store.getBroadcastState(START);
        String before = start.get(STARTED);
        if (started.equals(before)) {
            current = message(changes.get(CURRENT));
            wanted = message(changes.get(WANTED));
            since = start.contains(SINCE) ? Long.parseLong(start.get(SINCE)) : 0;
        } else if (before != null && (changes.contains(CURRENT) || changes.contains(WANTED))) {
            LOG.warn("The job was started with {}, earlier changes of the model are forgotten", started);
        }
    }

    private static @Nullable RawMessage message(@Nullable Tuple3<Integer, Long, byte[]> stored) {
        return stored == null ? null : new RawMessage(Topic.MODELS.topicName(), stored.f0, stored.f1, 0, stored.f2);
    }

    /** The change whose model is to attribute; empty for the model that the job was started with. */
    Optional<RawMessage> current() {
        return Optional.ofNullable(current);
    }

    /** The change whose model was not there yet. */
    Optional<RawMessage> wanted() {
        return Optional.ofNullable(wanted);
    }

    /** Whether the job was started with another model after this change, which may have come while no job was there. */
    boolean isOutdated(RawMessage change) {
        return change.timestamp() < since;
    }

    boolean isWanted(RawMessage change) {
        return wanted != null && wanted.coordinates().equals(change.coordinates());
    }

    void want(RawMessage change) {
        wanted = change;
    }

    void take(RawMessage change) {
        current = change;
        wanted = null;
    }

    void drop(RawMessage change) {
        if (isWanted(change)) {
            wanted = null;
        }
    }

    /** Into the state, for the checkpoint that is being made. */
    void write() throws Exception {
        if (changes == null || start == null) {
            throw new IllegalStateException("The state was not restored");
        }
        changes.clear();
        put(changes, CURRENT, current);
        put(changes, WANTED, wanted);
        start.put(STARTED, started);
        start.put(SINCE, Long.toString(since));
    }

    private static void put(
            BroadcastState<String, Tuple3<Integer, Long, byte[]>> state, String key, @Nullable RawMessage change)
            throws Exception {
        if (change != null) {
            state.put(key, Tuple3.of(change.partition(), change.offset(), change.value()));
        }
    }
}
