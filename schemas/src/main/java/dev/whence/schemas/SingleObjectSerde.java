package dev.whence.schemas;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * {@link SingleObject} and {@link SingleObjectReader} as Kafka takes them. A tombstone (no value) stays one; a value that
 * cannot be decoded throws {@link UndecodableMessageException}. Thread safe.
 */
@NullMarked
public final class SingleObjectSerde<T extends SpecificRecord> implements Serde<T> {
    private final SingleObjectReader<T> reader;

    private SingleObjectSerde(SingleObjectReader<T> reader) {
        this.reader = reader;
    }

    /** The serde of the given generated record. */
    public static <T extends SpecificRecord> SingleObjectSerde<T> of(Class<T> type) {
        return new SingleObjectSerde<>(SingleObjectReader.of(type));
    }

    @Override
    public Serializer<T> serializer() {
        return SingleObjectSerde::serialize;
    }

    @Override
    public Deserializer<T> deserializer() {
        return this::deserialize;
    }

    private static <T extends SpecificRecord> byte @Nullable [] serialize(String topic, @Nullable T record) {
        return record == null ? null : SingleObject.encode(record);
    }

    private @Nullable T deserialize(String topic, byte @Nullable [] message) {
        return message == null ? null : reader.read(message);
    }
}
