package org.apache.flink.connector.kafka.sink;

import java.util.Collection;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.jspecify.annotations.NullMarked;

/**
 * The connector's exactly-once sink with its transactional ids in a pool, and with what it leaves undone. State and topology are the
 * connector's. In the connector's package because its constructors are seen nowhere else: docs/decisions.md, "Stream".
 */
@NullMarked
public final class StrictKafkaSink<T> extends KafkaSink<T> {
    private static final long serialVersionUID = 1;

    private final Properties producer;
    private final String transactionalIdPrefix;
    private final KafkaRecordSerializationSchema<T> serializer;

    /** @param producer settings of its producers; keys and values are bytes */
    public StrictKafkaSink(
            Properties producer, String transactionalIdPrefix, KafkaRecordSerializationSchema<T> serializer) {
        super(
                DeliveryGuarantee.EXACTLY_ONCE,
                producer,
                transactionalIdPrefix,
                serializer,
                // The other strategy leaves transactional ids behind on the broker with every checkpoint.
                TransactionNamingStrategy.POOLING);
        this.producer = producer;
        this.transactionalIdPrefix = transactionalIdPrefix;
        this.serializer = serializer;
    }

    @Override
    public KafkaWriter<T> restoreWriter(WriterInitContext context, Collection<KafkaWriterState> recovered) {
        StrictKafkaWriter<T> writer =
                new StrictKafkaWriter<>(producer, transactionalIdPrefix, context, serializer, recovered);
        writer.initialize();
        return writer;
    }
}
