package org.apache.flink.connector.kafka.sink;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Collection;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.NullMarked;

/** Closes the admin client that the connector's writer opens at its start and needs no longer. */
@NullMarked
@SuppressWarnings("try") // close() may be interrupted: so is the connector's
final class StrictKafkaWriter<T> extends ExactlyOnceKafkaWriter<T> {
    private static final Field ADMIN_CLIENT = adminClient();

    StrictKafkaWriter(
            Properties producer,
            String transactionalIdPrefix,
            WriterInitContext context,
            KafkaRecordSerializationSchema<T> serializer,
            Collection<KafkaWriterState> recovered) {
        super(
                DeliveryGuarantee.EXACTLY_ONCE,
                producer,
                transactionalIdPrefix,
                context,
                serializer,
                context.asSerializationSchemaInitializationContext(),
                TransactionNamingStrategy.POOLING.getAbortImpl(),
                TransactionNamingStrategy.POOLING.getImpl(),
                recovered);
    }

    /** Also where the start fails, as it does again and again while Kafka is away. */
    @Override
    public void initialize() {
        try {
            super.initialize();
        } finally {
            closeAdminClient();
        }
    }

    private void closeAdminClient() {
        try {
            if (ADMIN_CLIENT.get(this) instanceof Admin client) {
                client.close(Duration.ZERO);
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Field adminClient() {
        try {
            Field field = ExactlyOnceKafkaWriter.class.getDeclaredField("adminClient");
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(
                    "The Kafka connector keeps its admin client elsewhere than in 5.0.0-2.2: see whether it closes it now",
                    e);
        }
    }
}
