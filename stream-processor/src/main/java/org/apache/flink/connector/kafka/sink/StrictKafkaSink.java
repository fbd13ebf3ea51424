package org.apache.flink.connector.kafka.sink;

import dev.whence.stream.StrictCommitter;
import java.util.Collection;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.internal.FlinkKafkaInternalProducer;
import org.apache.flink.connector.kafka.sink.internal.KafkaCommitter;
import org.jspecify.annotations.NullMarked;

/**
 * The connector's sink with its transactional ids in a pool, and with what it leaves undone. State and topology are the connector's. In the connector's package because its constructors are seen nowhere else: docs/decisions.md, "Stream".
 */
@NullMarked
public final class StrictKafkaSink<T> extends KafkaSink<T> {
    private static final long serialVersionUID = 1;

    private final DeliveryGuarantee delivery;
    private final Properties producer;
    private final String transactionalIdPrefix;
    private final KafkaRecordSerializationSchema<T> serializer;

    /** @param producer settings of its producers; keys and values are bytes */
    public StrictKafkaSink(
            DeliveryGuarantee delivery,
            Properties producer,
            String transactionalIdPrefix,
            KafkaRecordSerializationSchema<T> serializer) {
        super(
                delivery,
                producer,
                transactionalIdPrefix,
                serializer,
                // The other strategy leaves transactional ids behind on the broker with every checkpoint.
                TransactionNamingStrategy.POOLING);
        this.delivery = delivery;
        this.producer = producer;
        this.transactionalIdPrefix = transactionalIdPrefix;
        this.serializer = serializer;
    }

    @Override
    public KafkaWriter<T> restoreWriter(WriterInitContext context, Collection<KafkaWriterState> recovered) {
        if (delivery != DeliveryGuarantee.EXACTLY_ONCE) {
            return super.restoreWriter(context, recovered);
        }
        StrictKafkaWriter<T> writer =
                new StrictKafkaWriter<>(producer, transactionalIdPrefix, context, serializer, recovered);
        writer.initialize();
        return writer;
    }

    /** Also where nothing is to be committed but what a job that delivered exactly once left in its checkpoint. */
    @Override
    public Committer<KafkaCommittable> createCommitter(CommitterInitContext context) {
        KafkaCommitter connectors = new KafkaCommitter(
                producer,
                StrictKafkaWriter.committedChannel(transactionalIdPrefix),
                context.getTaskInfo().getIndexOfThisSubtask(),
                context.getTaskInfo().getAttemptNumber(),
                true,
                FlinkKafkaInternalProducer::new);
        return new StrictCommitter(connectors, producer);
    }
}
