package dev.whence.stream.engine;

/**
 * One message as it stood on Kafka, not yet decoded.
 *
 * @param timestamp Kafka's, in milliseconds since 1970
 * @param value the raw value; empty where the message has none
 */
public record RawMessage(String topic, int partition, long offset, long timestamp, byte[] value) {

    /** Topic, partition and offset, the way Kafka's own tools write them. */
    public String coordinates() {
        return "%s-%d@%d".formatted(topic, partition, offset);
    }
}
