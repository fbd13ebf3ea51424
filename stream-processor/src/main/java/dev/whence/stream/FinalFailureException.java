package dev.whence.stream;

import org.jspecify.annotations.Nullable;

/** Ends the job, since no restart would heal it. The message says in one sentence what to do. */
public abstract class FinalFailureException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    FinalFailureException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
