package dev.whence.stream;

import dev.whence.schemas.SingleObject;
import dev.whence.stream.engine.Outcome;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.serialization.SerializationSchema;

/** An outgoing message, encoded. Public because Flink reads records only then. */
public record KeyedMessage(byte[] key, byte[] value) {
    static KeyedMessage of(Outcome outcome) {
        return new KeyedMessage(outcome.key().getBytes(StandardCharsets.UTF_8), SingleObject.encode(outcome.value()));
    }

    /** A class, since Flink cannot tell the types of a lambda. */
    static final class KeyWriter implements SerializationSchema<KeyedMessage> {
        @Override
        public byte[] serialize(KeyedMessage message) {
            return message.key();
        }
    }

    /** A class, since Flink cannot tell the types of a lambda. */
    static final class ValueWriter implements SerializationSchema<KeyedMessage> {
        @Override
        public byte[] serialize(KeyedMessage message) {
            return message.value();
        }
    }
}
