package dev.whence.stream;

/**
 * Kafka will never commit a transaction that a checkpoint counts as done. Ends the job: started again from that checkpoint it would
 * go on without those events.
 */
public final class LostTransactionException extends FinalFailureException {
    private static final long serialVersionUID = 1;

    LostTransactionException(String transactionalId, Throwable refusal) {
        super(
                ("Kafka does not commit transaction %s, which the checkpoint counts as done, and its events are lost: start the job"
                                + " once with --since and a time before their images came to whence.images (docs/operations.md,"
                                + " \"Delivery\"). Kafka says: %s")
                        .formatted(transactionalId, refusal),
                refusal);
    }
}
