package dev.whence.schemas;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.FastReaderBuilder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages in Avro's single-object encoding as records of one type, whichever known version of its schema they
 * were written with: today's or any frozen one. Made for bytes of strangers: it allocates no more than a small multiple
 * of the message's own length, and takes no message that goes on after its record. Thread safe.
 *
 * @param <T> a generated record of this package
 */
@NullMarked
public final class SingleObjectReader<T extends SpecificRecord> {
    private static final short MARKER = (short) 0xC301;

    static {
        TrustedRecords.install();
    }

    private final Class<T> type;
    private final Map<Long, DatumReader<T>> readers = new HashMap<>();

    private SingleObjectReader(Class<T> type) {
        this.type = type;
        SpecificData model = SpecificData.getForClass(type);
        Schema today = model.getSchema(type);
        List<Schema> writers = new ArrayList<>(SchemaHistory.of(type));
        writers.add(today);
        for (Schema writer : writers) {
            readers.put(SchemaNormalization.parsingFingerprint64(writer), reader(writer, today, model));
        }
    }

    /** A reader of the given generated record. */
    public static <T extends SpecificRecord> SingleObjectReader<T> of(Class<T> type) {
        return new SingleObjectReader<>(type);
    }

    /**
     * The record that the message holds.
     *
     * @param message a whole message; null reads as empty, as Kafka's tombstones have no bytes
     * @throws UndecodableMessageException if it is empty, carries another marker or an unknown fingerprint, ends before
     *     its record does or after it, or holds lengths that it does not have the bytes for
     */
    public T read(byte @Nullable [] message) {
        if (message == null || message.length == 0) {
            throw new UndecodableMessageException(
                    ErrorCode.EMPTY_MESSAGE, "The message is empty where %s was expected".formatted(name()));
        }
        if (message.length < SingleObject.HEADER_BYTES
                || ByteBuffer.wrap(message).getShort() != MARKER) {
            throw undecodable(
                    "The message of %d bytes is not in Avro's single-object encoding (C3 01 and a fingerprint)"
                            .formatted(message.length));
        }
        long fingerprint =
                ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getLong(Short.BYTES);
        DatumReader<T> reader = readers.get(fingerprint);
        if (reader == null) {
            throw undecodable("The message was written with schema %016x, which is no known version of %s"
                    .formatted(fingerprint, name()));
        }
        return readBody(reader, message);
    }

    private T readBody(DatumReader<T> reader, byte[] message) {
        // Over a byte array the decoder knows how many bytes are left and refuses longer claims before allocating.
        BinaryDecoder body = DecoderFactory.get()
                .binaryDecoder(message, SingleObject.HEADER_BYTES, message.length - SingleObject.HEADER_BYTES, null);
        try {
            T record = type.cast(reader.read(null, body));
            if (!body.isEnd()) {
                throw undecodable("The message goes on after its %s".formatted(name()));
            }
            return record;
        } catch (UndecodableMessageException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // Avro answers broken bodies with many unchecked kinds.
            throw new UndecodableMessageException(
                    ErrorCode.UNDECODABLE_MESSAGE,
                    "The message of %d bytes holds no whole %s".formatted(message.length, name()),
                    e);
        }
    }

    private static UndecodableMessageException undecodable(String sentence) {
        return new UndecodableMessageException(ErrorCode.UNDECODABLE_MESSAGE, sentence);
    }

    private String name() {
        return type.getSimpleName();
    }

    /** Resolved at once, so that a fault in the contract itself shows here and is not taken for a bad message later. */
    private static <T> DatumReader<T> reader(Schema writer, Schema today, SpecificData model) {
        try {
            return new FastReaderBuilder(model).createDatumReader(writer, today);
        } catch (IOException e) {
            throw new UncheckedIOException("Resolving schemas in memory failed", e);
        }
    }
}
