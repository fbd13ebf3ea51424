package dev.whence.stream;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/** Events of a later checkpoint are out already. Ends the job: started again from the same one it would repeat them. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class OutdatedCheckpointException extends FinalFailureException {
    private static final long serialVersionUID = 1;

    OutdatedCheckpointException(long restored, long newest) {
        super(
                ("The job was to go on from checkpoint %d, but checkpoint %d was completed after it, and what came out since then would"
                                + " come out again: name the newest checkpoint or savepoint with --restore (docs/operations.md,"
                                + " \"Delivery\")")
                        .formatted(restored, newest),
                null);
    }
}
