package dev.whence.stream.engine;

/** The engine fails whatever the image: nothing may be said of any image, and the job must start again. */
public final class BrokenEngineException extends RuntimeException {
    BrokenEngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
