package dev.whence.stream;

import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.SingleObject;
import dev.whence.stream.engine.Outcome;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.kafka.sink.HeaderProvider;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * An outgoing message, encoded. Public because Flink reads records only then.
 *
 * @param code a dead letter's; empty where it is none
 */
public record KeyedMessage(byte[] key, byte[] value, String code) {
    static KeyedMessage of(Outcome outcome) {
        return new KeyedMessage(
                outcome.key().getBytes(StandardCharsets.UTF_8),
                SingleObject.encode(outcome.value()),
                outcome instanceof Outcome.Rejected rejected ? rejected.letter().getCode() : "");
    }

    boolean isDeadLetter() {
        return !code.isEmpty();
    }

    /** A class, since Flink cannot tell the types of a lambda. */
    static final class KeyWriter implements SerializationSchema<KeyedMessage> {
        @Override
        public byte[] serialize(KeyedMessage message) {
            return message.key();
        }
    }

    /** {@link ErrorCode#HEADER} of a dead letter. */
    static final class HeaderWriter implements HeaderProvider<KeyedMessage> {
        @Override
        public Headers getHeaders(KeyedMessage message) {
            RecordHeaders headers = new RecordHeaders();
            if (message.isDeadLetter()) {
                headers.add(ErrorCode.HEADER, message.code().getBytes(StandardCharsets.UTF_8));
            }
            return headers;
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
