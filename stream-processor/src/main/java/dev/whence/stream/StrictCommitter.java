package dev.whence.stream;

import dev.whence.stream.metrics.JobMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.internal.KafkaCommitter;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;

/**
 * Fails where the connector's committer logs that Kafka refused a transaction for good, and goes on. Since a job that goes on from a
 * checkpoint commits again what it had committed, and Kafka refuses that as well, Kafka is asked which of the two it is. It can
 * tell because no transactional id is used again while a checkpoint to go on from holds its last transaction.
 */
public final class StrictCommitter implements Committer<KafkaCommittable> {
    private final KafkaCommitter connectors;
    private final Properties kafka;

    /** @param kafka settings of a client */
    public StrictCommitter(KafkaCommitter connectors, Properties kafka) {
        this.connectors = connectors;
        this.kafka = kafka;
    }

    /** @throws LostTransactionException if Kafka took one of them back, or has forgotten it */
    @Override
    public void commit(Collection<CommitRequest<KafkaCommittable>> requests) throws IOException, InterruptedException {
        connectors.commit(requests.stream().map(StrictRequest::new).collect(Collectors.toList()));
    }

    @Override
    public void close() throws IOException {
        connectors.close();
    }

    private boolean isCommitted(KafkaCommittable transaction) {
        String id = transaction.getTransactionalId();
        try (Admin admin = Admin.create(kafka)) {
            return isCommitted(
                    transaction,
                    admin.describeTransactions(List.of(id)).description(id).get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TransactionalIdNotFoundException) {
                return false;
            }
            throw new IllegalStateException("Kafka does not tell what became of transaction " + id, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Nobody waits any more for what became of transaction " + id, e);
        }
    }

    /** A commit leaves the producer's epoch, or raises it by one, or where epochs have run out begins a new producer's. */
    private static boolean isCommitted(KafkaCommittable transaction, TransactionDescription now) {
        boolean itsLast = now.producerId() == transaction.getProducerId()
                ? now.producerEpoch() - transaction.getEpoch() <= 1
                : now.producerEpoch() == 0;
        return itsLast
                && switch (now.state()) {
                    case PREPARE_COMMIT, COMPLETE_COMMIT -> true;
                    case EMPTY, ONGOING, PREPARE_ABORT, COMPLETE_ABORT, PREPARE_EPOCH_FENCE, UNKNOWN -> false;
                };
    }

    private final class StrictRequest implements CommitRequest<KafkaCommittable> {
        private final CommitRequest<KafkaCommittable> request;

        StrictRequest(CommitRequest<KafkaCommittable> request) {
            this.request = request;
        }

        @Override
        public KafkaCommittable getCommittable() {
            return request.getCommittable();
        }

        @Override
        public int getNumberOfRetries() {
            return request.getNumberOfRetries();
        }

        /** Fenced, ended, unknown producer: Flink would count it and go on. */
        @Override
        public void signalFailedWithKnownReason(Throwable refusal) {
            if (!isCommitted(getCommittable())) {
                throw lost(refusal);
            }
            request.signalAlreadyCommitted();
        }

        /** Flink would start the job again, without end where Kafka has forgotten the transaction. */
        @Override
        public void signalFailedWithUnknownReason(Throwable refusal) {
            if (ExceptionUtils.findThrowable(refusal, InvalidPidMappingException.class)
                    .isPresent()) {
                throw lost(refusal);
            }
            request.signalFailedWithUnknownReason(refusal);
        }

        private LostTransactionException lost(Throwable refusal) {
            JobMetrics.on(PrometheusRegistry.defaultRegistry).lostTransaction();
            return new LostTransactionException(getCommittable().getTransactionalId(), refusal);
        }

        @Override
        public void retryLater() {
            request.retryLater();
        }

        @Override
        public void updateAndRetryLater(KafkaCommittable committable) {
            request.updateAndRetryLater(committable);
        }

        @Override
        public void signalAlreadyCommitted() {
            request.signalAlreadyCommitted();
        }

        @Override
        public String toString() {
            return request.toString();
        }
    }
}
