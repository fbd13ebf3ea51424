package dev.whence.attributor;

/** Whence an image comes, as far as the attributor can say. */
public enum Verdict {
    /** From a camera. */
    REAL,
    /** From a generator the bundle knows. */
    KNOWN_GENERATOR,
    /** From a generator nobody has named yet. */
    NEW_GENERATOR,
    /** The best two candidates are too close to call. */
    UNSURE
}
