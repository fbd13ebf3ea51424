package dev.whence.schemas;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.NullMarked;

/**
 * Writes records of the contract in Avro's single-object encoding: the marker {@code C3 01}, the CRC-64-AVRO
 * fingerprint of the writer's schema in little endian, then the binary body (Avro specification, "Single-object
 * encoding"). Thread safe.
 */
@NullMarked
public final class SingleObject {
    static final int HEADER_BYTES = 10;

    private static final ClassValue<BinaryMessageEncoder<SpecificRecord>> ENCODERS = new ClassValue<>() {
        @Override
        protected BinaryMessageEncoder<SpecificRecord> computeValue(Class<?> type) {
            SpecificData model = SpecificData.getForClass(type);
            return new BinaryMessageEncoder<>(model, model.getSchema(type));
        }
    };

    static {
        TrustedRecords.install();
    }

    private SingleObject() {}

    /**
     * The record as one message.
     *
     * @throws org.apache.avro.AvroRuntimeException if a field that must be set is not
     */
    public static byte[] encode(SpecificRecord record) {
        try {
            ByteBuffer message = ENCODERS.get(record.getClass()).encode(record);
            byte[] bytes = new byte[message.remaining()];
            message.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed", e);
        }
    }
}
