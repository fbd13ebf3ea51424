package dev.whence.infra;

import dev.whence.attributor.Attribution;

/** What became of one image. */
sealed interface Outcome {

    /** The path; for a member of an archive {@code ARCHIVE!/MEMBER}. */
    String image();

    /** It was attributed. */
    record Attributed(String image, Attribution attribution) implements Outcome {}

    /**
     * It is no image that can be attributed.
     *
     * @param code as a dead letter would carry it
     * @param message one sentence for a person
     */
    record Rejected(String image, String code, String message) implements Outcome {}
}
