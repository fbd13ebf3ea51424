package org.apache.flink.connector.kafka.sink;

import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.internal.BackchannelFactory;
import org.apache.flink.connector.kafka.sink.internal.ReadableBackchannel;
import org.apache.flink.connector.kafka.sink.internal.TransactionFinished;
import org.apache.flink.connector.kafka.sink.internal.WritableBackchannel;
import org.apache.flink.util.IOUtils;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.NullMarked;

/**
 * Closes the admin client that the connector's writer opens at its start and needs no longer.
 *
 * <p>And keeps each transactional id from being used again until no checkpoint that a job may go on from holds its last transaction. The
 * connector gives it back at the first barrier after the commit: if that barrier's checkpoint fails, the job goes on from the one
 * before, commits that transaction again and finds its producer fenced, as if Kafka had taken the transaction back. Here an id is given back when a
 * transaction that was prepared after the commit is committed itself; then being fenced means being lost.
 *
 * <p>The state names only transactions that are to be committed: whatever else is open when a job goes on from it is taken back. An id
 * that is only kept from use would be spared, and if it was used again after that checkpoint nobody would end its transaction.
 */
@NullMarked
@SuppressWarnings("try") // close() may be interrupted: so is the connector's
final class StrictKafkaWriter<T> extends ExactlyOnceKafkaWriter<T> {
    private static final Field ADMIN_CLIENT = adminClient();

    private final ReadableBackchannel<TransactionFinished> committed;
    private final WritableBackchannel<TransactionFinished> reusable;
    /** By the id of a prepared transaction those that had been committed before, each once. */
    private final Map<String, List<TransactionFinished>> committedBefore = new HashMap<>();

    private List<TransactionFinished> committedSince = new ArrayList<>();

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
        BackchannelFactory channels = BackchannelFactory.getInstance();
        int subtask = context.getTaskInfo().getIndexOfThisSubtask();
        int attempt = context.getTaskInfo().getAttemptNumber();
        committed = channels.getReadableBackchannel(subtask, attempt, committedChannel(transactionalIdPrefix));
        reusable = channels.getWritableBackchannel(subtask, attempt, transactionalIdPrefix);
    }

    /** Name of the channel on which the committer says what it committed; the connector's own is named by the prefix. */
    static String committedChannel(String transactionalIdPrefix) {
        return transactionalIdPrefix + " committed";
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

    /** Flink calls this at each barrier; it runs no commit between this and the snapshots of writer and committer. */
    @Override
    public Collection<KafkaCommittable> prepareCommit() {
        for (TransactionFinished end = committed.poll(); end != null; end = committed.poll()) {
            Optional.ofNullable(committedBefore.remove(end.getTransactionId()))
                    .ifPresent(earlier -> earlier.forEach(reusable::send));
            committedSince.add(end);
        }
        Collection<KafkaCommittable> prepared = super.prepareCommit();
        for (KafkaCommittable transaction : prepared) {
            committedBefore.put(transaction.getTransactionalId(), committedSince);
            committedSince = new ArrayList<>();
        }
        return prepared;
    }

    @Override
    public List<KafkaWriterState> snapshotState(long checkpointId) throws IOException {
        Set<String> ended = Stream.concat(Stream.of(committedSince), committedBefore.values().stream())
                .flatMap(List::stream)
                .map(TransactionFinished::getTransactionId)
                .collect(Collectors.toSet());
        return super.snapshotState(checkpointId).stream()
                .map(state -> new KafkaWriterState(
                        state.getTransactionalIdPrefix(),
                        state.getOwnedSubtaskId(),
                        state.getTotalNumberOfOwnedSubtasks(),
                        state.getTransactionOwnership(),
                        state.getPrecommittedTransactionalIds().stream()
                                .filter(transaction -> !ended.contains(transaction.getTransactionalId()))
                                .collect(Collectors.toList())))
                .collect(Collectors.toList());
    }

    @Override
    public void close() throws Exception {
        IOUtils.closeAll(super::close, committed, reusable);
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
