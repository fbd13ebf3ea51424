package dev.whence.stream;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/** Ends the job, since no restart would heal it. The message says in one sentence what to do. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public abstract class FinalFailureException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    FinalFailureException(String message) {
        super(message);
    }

    FinalFailureException(String message, Throwable cause) {
        super(message, cause);
    }
}
