package dev.whence.stream;

import dev.whence.schemas.Topic;
import dev.whence.stream.engine.RawMessage;
import java.time.Duration;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.StrictKafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The job from whence.images to whence.provenance and whence.dead-letters.
 *
 * <p>Every message leaves as exactly one provenance event or one dead letter. The offsets that were read, those of images that are
 * not answered yet, and the transactions that were written are one checkpoint; no image is in it, see {@link AttributionOperator}.
 */
public final class AttributionJob {
    private static final String NAME = "whence attribution";

    /**
     * Below the 15 minutes that a broker allows by default, above any time a restart takes, and above that of two checkpoints: a transaction begins
     * with the barrier of one and is committed when the next is complete.
     */
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofMinutes(10);

    private static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(4);

    private AttributionJob() {}

    /** The job, ready to submit. A caller that restores sets the checkpoint's path on it. */
    public static JobGraph graph(AttributionJobSettings settings) {
        StreamExecutionEnvironment environment = new StreamExecutionEnvironment();
        define(environment, settings);
        return environment.getStreamGraph().getJobGraph();
    }

    /** Makes the job the one of this environment, and configures the environment for it. */
    public static void define(StreamExecutionEnvironment environment, AttributionJobSettings settings) {
        environment.configure(configuration(settings));
        environment.setParallelism(settings.parallelism());
        DataStream<RawMessage> images = environment
                .fromSource(images(settings), WatermarkStrategy.noWatermarks(), "images")
                .uid("images");
        long startedAt = System.currentTimeMillis();
        DataStream<RawMessage> models = environment
                .fromSource(models(settings, startedAt), WatermarkStrategy.noWatermarks(), "models")
                .uid("models")
                .setParallelism(1);

        TypeInformation<KeyedMessage> outgoing = TypeInformation.of(KeyedMessage.class);
        OutputTag<KeyedMessage> deadLetters = new OutputTag<>("dead-letters", outgoing);
        SingleOutputStreamOperator<KeyedMessage> provenance = images.connect(models.broadcast())
                .transform(
                        "attribution",
                        outgoing,
                        new AttributionOperator.Factory(
                                settings.bootstrapServers(),
                                settings.transactionalIdPrefix(),
                                settings.engine(),
                                settings.delivery() == DeliveryGuarantee.EXACTLY_ONCE,
                                startedAt,
                                deadLetters))
                .uid("attribution");

        provenance.sinkTo(sink(settings, Topic.PROVENANCE)).name("provenance").uid("provenance");
        provenance
                .getSideOutput(deadLetters)
                .sinkTo(sink(settings, Topic.DEAD_LETTERS))
                .name("dead-letters")
                .uid("dead-letters");
    }

    @SuppressWarnings("deprecation") // Kafka deprecates the enum, the connector still asks for it
    static KafkaSource<RawMessage> images(AttributionJobSettings settings) {
        return source(
                settings,
                Topic.IMAGES,
                settings.since()
                        .<OffsetsInitializer>map(ImagesSince::new)
                        .orElseGet(() -> OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST)));
    }

    /** Changes of before the start are not followed: what the job is started with is the later word. */
    private static KafkaSource<RawMessage> models(AttributionJobSettings settings, long startedAt) {
        return source(settings, Topic.MODELS, OffsetsInitializer.timestamp(startedAt));
    }

    private static KafkaSource<RawMessage> source(
            AttributionJobSettings settings, Topic topic, OffsetsInitializer start) {
        return KafkaSource.<RawMessage>builder()
                .setBootstrapServers(settings.bootstrapServers())
                .setTopics(topic.topicName())
                .setGroupId(settings.transactionalIdPrefix())
                .setStartingOffsets(start)
                .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
                // What was read is not answered yet: the operator commits.
                .setProperty(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key(), "false")
                .setClientIdPrefix(settings.transactionalIdPrefix() + "-" + topic.topicName())
                .setDeserializer(new RawMessageReader())
                .build();
    }

    static Sink<KeyedMessage> sink(AttributionJobSettings settings, Topic topic) {
        KafkaRecordSerializationSchema<KeyedMessage> serializer = KafkaRecordSerializationSchema.<KeyedMessage>builder()
                .setTopic(topic.topicName())
                .setKeySerializationSchema(new KeyedMessage.KeyWriter())
                .setValueSerializationSchema(new KeyedMessage.ValueWriter())
                .setHeaderProvider(new KeyedMessage.HeaderWriter())
                .build();
        return new StrictKafkaSink<>(
                settings.delivery(),
                producer(settings),
                settings.transactionalIdPrefix() + "-" + topic.topicName(),
                serializer);
    }

    private static Properties producer(AttributionJobSettings settings) {
        Properties producer = new Properties();
        producer.setProperty(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        producer.setProperty(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        producer.setProperty(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());
        producer.setProperty(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Long.toString(TRANSACTION_TIMEOUT.toMillis()));
        producer.setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        producer.setProperty(ProducerConfig.LINGER_MS_CONFIG, "5");
        return producer;
    }

    static Configuration configuration(AttributionJobSettings settings) {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.NAME, NAME);
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        // An image goes on at once, whatever else there is.
        configuration.set(ExecutionOptions.BUFFER_TIMEOUT, Duration.ZERO);
        configuration.set(StateBackendOptions.STATE_BACKEND, "hashmap");
        configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                settings.checkpoints().toUri().toString());
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, settings.checkpointInterval());
        configuration.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, CHECKPOINT_TIMEOUT);
        // Where checkpoints take long, leave the job at least half of the interval to work.
        configuration.set(
                CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS,
                settings.checkpointInterval().dividedBy(2));
        configuration.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        configuration.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 2);
        // A checkpoint that failed and was passed over would leave its events to Kafka's transaction timeout.
        configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 0);
        // Without end: the disk or the server that is missing comes back, and nobody has to start the job again.
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF, Duration.ofMillis(200));
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF, Duration.ofSeconds(30));
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD,
                Duration.ofMinutes(2));
        return configuration;
    }
}
