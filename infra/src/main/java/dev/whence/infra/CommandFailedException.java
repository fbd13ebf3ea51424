package dev.whence.infra;

/** A command ran and failed; the message is one sentence for a person that says what to do. */
final class CommandFailedException extends Exception {
    CommandFailedException(String message) {
        super(message);
    }

    CommandFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
