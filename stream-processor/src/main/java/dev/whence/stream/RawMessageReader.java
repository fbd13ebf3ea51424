package dev.whence.stream;

import dev.whence.stream.engine.RawMessage;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Takes every message as it is: what cannot be decoded becomes a dead letter later, and keeps its coordinates until then. */
final class RawMessageReader implements KafkaRecordDeserializationSchema<RawMessage> {
    private static final byte[] NOTHING = {};

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> message, Collector<RawMessage> out) {
        out.collect(read(message));
    }

    static RawMessage read(ConsumerRecord<byte[], byte[]> message) {
        byte[] value = message.value();
        return new RawMessage(
                message.topic(),
                message.partition(),
                message.offset(),
                message.timestamp(),
                value == null ? NOTHING : value);
    }

    @Override
    public TypeInformation<RawMessage> getProducedType() {
        return TypeInformation.of(RawMessage.class);
    }
}
