package dev.whence.attributor.reference;

/**
 * What one check of a doctor found.
 *
 * @param says one sentence; where something is wrong, with what to do
 */
public record Finding(Level level, String check, String says) {
    /** From good to bad. */
    public enum Level {
        OK,
        WARN,
        FAIL
    }

    public static Finding ok(String check, String says) {
        return new Finding(Level.OK, check, says);
    }

    public static Finding warn(String check, String says) {
        return new Finding(Level.WARN, check, says);
    }

    public static Finding fail(String check, String says) {
        return new Finding(Level.FAIL, check, says);
    }

    /** A failure says itself what to do. */
    public static Finding fail(String check, RuntimeException failure) {
        return fail(check, String.valueOf(failure.getMessage()));
    }
}
