package dev.whence.ingest;

/** Images could not be delivered to Kafka: the run has ended early, and what was not delivered must be sent again. */
public final class PublishingFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    PublishingFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
