package dev.whence.stream.engine;

import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ProvenanceEvent;
import org.apache.avro.specific.SpecificRecord;

/** What became of one message: every message has exactly one outcome. */
public sealed interface Outcome {
    /** Key of the outcome's own message. */
    String key();

    /** Value of the outcome's own message. */
    SpecificRecord value();

    /** The image was attributed. */
    record Attributed(ProvenanceEvent event) implements Outcome {
        @Override
        public String key() {
            return event.getImageId();
        }

        @Override
        public SpecificRecord value() {
            return event;
        }
    }

    /**
     * The message could not be attributed.
     *
     * @param key the image's id where it is known, else the message's coordinates
     */
    record Rejected(String key, DeadLetter letter) implements Outcome {
        @Override
        public SpecificRecord value() {
            return letter;
        }
    }
}
