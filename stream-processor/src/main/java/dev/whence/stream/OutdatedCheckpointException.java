package dev.whence.stream;

/** Events of a later checkpoint are out already. Ends the job: started again from the same one it would repeat them. */
public final class OutdatedCheckpointException extends FinalFailureException {
    private static final long serialVersionUID = 1;

    OutdatedCheckpointException(long restored, long newest) {
        super(
                ("The job was to go on from checkpoint %d, but checkpoint %d was completed after it, and what came out since then would"
                                + " come out again: name the newest checkpoint or savepoint with --restore (docs/operations.md,"
                                + " \"Delivery\")")
                        .formatted(restored, newest));
    }
}
