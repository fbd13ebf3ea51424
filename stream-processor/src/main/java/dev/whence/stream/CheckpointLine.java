package dev.whence.stream;

import java.util.Collection;
import java.util.OptionalLong;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * Refuses a checkpoint or savepoint to go on from after which another one was completed: what came out between them would come
 * out again.
 *
 * <p>A line of checkpoints begins with a start without any; Flink numbers them on over restarts and from job to job. What the job
 * notes for its consumer group names line and number, so that Kafka knows the newest one whose events are out, whichever files are there.
 */
final class CheckpointLine {
    private static final String NAME = "name";
    private static final MapStateDescriptor<String, String> LINE =
            new MapStateDescriptor<>("checkpoint-line", Types.STRING, Types.STRING);

    private String name;
    private OptionalLong restored = OptionalLong.empty();

    /** @param begins the name of the line if this start begins one */
    CheckpointLine(String begins) {
        name = begins;
    }

    /**
     * From now on every checkpoint holds the line.
     *
     * @param checkpoint the number of the one that the subtask goes on from; empty for none
     */
    void restore(OperatorStateStore store, OptionalLong checkpoint) throws Exception {
        BroadcastState<String, String> state = store.getBroadcastState(LINE);
        if (state.contains(NAME)) {
            name = state.get(NAME);
        }
        state.put(NAME, name);
        restored = checkpoint;
    }

    /** Whether there is a checkpoint that may not be the newest. */
    boolean goesOn() {
        return restored.isPresent();
    }

    /** What is noted of a checkpoint when it is complete. */
    String note(long checkpoint) {
        return beginOfNotes() + checkpoint;
    }

    private String beginOfNotes() {
        return "line " + name + " checkpoint ";
    }

    /**
     * @param notes of all that the group has, ours or others'
     * @throws OutdatedCheckpointException if one is of a later checkpoint of this line
     */
    void requireNewest(Collection<String> notes) {
        long newest = notes.stream()
                .filter(note -> note.startsWith(beginOfNotes()))
                .mapToLong(note -> Long.parseLong(note.substring(beginOfNotes().length())))
                .max()
                .orElse(0);
        if (restored.isPresent() && restored.getAsLong() < newest) {
            throw new OutdatedCheckpointException(restored.getAsLong(), newest);
        }
    }
}
