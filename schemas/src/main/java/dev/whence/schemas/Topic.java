package dev.whence.schemas;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.NullMarked;

/** The topics of the contract and how each is kept. Every key is UTF-8 text, every value one {@link SingleObject}. */
@NullMarked
public enum Topic {
    /** Images as they were uploaded. The largest values: an image of 256 KiB inline, and whatever a claim check needs. */
    IMAGES("whence.images", ImageUpload.class, "image id", 4, Optional.of(Duration.ofDays(3)), false),
    /** What was found out about each image. */
    PROVENANCE("whence.provenance", ProvenanceEvent.class, "image id", 4, Optional.of(Duration.ofDays(30)), false),
    /** Inputs that could not be attributed. */
    DEAD_LETTERS(
            "whence.dead-letters",
            DeadLetter.class,
            "image id, else the origin's coordinates or name",
            1,
            Optional.of(Duration.ofDays(30)),
            false),
    /** The life of the discovered signatures; the last event of each is kept for ever. */
    SIGNATURES("whence.signatures", SignatureEvent.class, "signature id", 1, Optional.empty(), true),
    /** Counts by platform, generator and window; the last of each is kept until the retention is over. */
    STATISTICS(
            "whence.statistics",
            AttributionCount.class,
            "platform, generator, window",
            4,
            Optional.of(Duration.ofDays(90)),
            true),
    /** Things a person should look at. */
    ALERTS("whence.alerts", Alert.class, "signature id or rule id", 1, Optional.of(Duration.ofDays(30)), false),
    /** Orders to running jobs. Whoever may write here decides what the jobs read from their disks. */
    MODELS("whence.models", ModelChange.class, "job", 1, Optional.empty(), true);

    private static final int MAX_MESSAGE_BYTES = 1 << 20;

    private final String topicName;
    private final Class<? extends SpecificRecord> valueType;
    private final String keyDescription;
    private final int partitions;
    private final Optional<Duration> retention;
    private final boolean compacted;

    Topic(
            String topicName,
            Class<? extends SpecificRecord> valueType,
            String keyDescription,
            int partitions,
            Optional<Duration> retention,
            boolean compacted) {
        this.topicName = topicName;
        this.valueType = valueType;
        this.keyDescription = keyDescription;
        this.partitions = partitions;
        this.retention = retention;
        this.compacted = compacted;
    }

    /** Name on Kafka. */
    public String topicName() {
        return topicName;
    }

    /** The generated record that every value is. */
    public Class<? extends SpecificRecord> valueType() {
        return valueType;
    }

    /** What the key is made of, in words. */
    public String keyDescription() {
        return keyDescription;
    }

    /** Number of partitions that a new topic gets. */
    public int partitions() {
        return partitions;
    }

    /** How long a value is kept; empty: for ever. */
    public Optional<Duration> retention() {
        return retention;
    }

    /** Whether only the last value of each key need be kept. */
    public boolean compacted() {
        return compacted;
    }

    /** Largest record batch that the topic takes, in bytes. */
    public int maxMessageBytes() {
        return MAX_MESSAGE_BYTES;
    }

    /** The settings that a new topic gets, by Kafka's names for them. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, cleanupPolicy());
        settings.put(
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(retention.map(Duration::toMillis).orElse(-1L)));
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(MAX_MESSAGE_BYTES));
        if (this == IMAGES) {
            // Whoever publishes may have a wrong clock: by his timestamps Kafka would delete an image before it was
            // read.
            settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        }
        return settings;
    }

    private String cleanupPolicy() {
        if (!compacted) {
            return TopicConfig.CLEANUP_POLICY_DELETE;
        }
        return retention.isPresent()
                ? TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE
                : TopicConfig.CLEANUP_POLICY_COMPACT;
    }
}
