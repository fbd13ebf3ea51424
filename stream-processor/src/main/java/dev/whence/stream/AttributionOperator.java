package dev.whence.stream;

import dev.whence.stream.engine.AttributionEngine;
import dev.whence.stream.engine.EngineSettings;
import dev.whence.stream.engine.ImageMessage;
import dev.whence.stream.engine.Outcome;
import dev.whence.stream.engine.SharedEngines;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in front of the JVM's shared engine: messages in, provenance events out, dead letters on the side.
 *
 * <p>The operator has no state. Before a checkpoint's barrier passes it waits until nothing is in flight, so a checkpoint
 * is a line through the stream with every message wholly before or wholly behind it, and no image is ever in one. The price
 * is a pause of about one batch for each checkpoint. What is in flight is bounded in number and in bytes; a full operator
 * holds back the source.
 */
final class AttributionOperator extends AbstractStreamOperator<KeyedMessage>
        implements OneInputStreamOperator<ImageMessage, KeyedMessage>, BoundedOneInput {
    private static final Logger LOG = LoggerFactory.getLogger(AttributionOperator.class);
    private static final long MOST_BYTES_IN_FLIGHT = 32L << 20;

    private final EngineSettings settings;
    private final int mostInFlight;
    private final OutputTag<KeyedMessage> deadLetters;
    private final transient MailboxExecutor mailbox;
    private transient @Nullable AttributionEngine engine;
    private transient int inFlight;
    private transient long bytesInFlight;

    private AttributionOperator(StreamOperatorParameters<KeyedMessage> parameters, Factory factory) {
        super(parameters);
        mailbox = parameters.getMailboxExecutor();
        settings = factory.settings;
        mostInFlight = factory.mostInFlight;
        deadLetters = factory.deadLetters;
    }

    @Override
    public void open() throws Exception {
        super.open();
        TaskInfo task = getRuntimeContext().getTaskInfo();
        if (task.getAttemptNumber() > 0 && task.getIndexOfThisSubtask() == 0) {
            LOG.warn("The attribution job starts again, restart {}", task.getAttemptNumber());
        }
        engine = SharedEngines.acquire(settings);
    }

    @Override
    public void processElement(StreamRecord<ImageMessage> element) throws Exception {
        while (inFlight >= mostInFlight || bytesInFlight >= MOST_BYTES_IN_FLIGHT) {
            mailbox.yield();
        }
        AttributionEngine open = engine;
        if (open == null) {
            throw new IllegalStateException("The operator was not opened");
        }
        int bytes = element.getValue().value().length;
        inFlight++;
        bytesInFlight += bytes;
        var unused = open.submit(element.getValue()).handle((outcome, failure) -> {
            answer(bytes, outcome, failure);
            return null;
        });
    }

    /** On a thread of the engine. */
    private void answer(int bytes, @Nullable Outcome outcome, @Nullable Throwable failure) {
        try {
            if (outcome == null) {
                mailbox.execute(
                        () -> {
                            throw new IllegalStateException("The attribution engine is broken", failure);
                        },
                        "engine failure");
            } else {
                KeyedMessage message = KeyedMessage.of(outcome);
                mailbox.execute(() -> emit(bytes, outcome, message), "outcome");
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("An outcome came after its subtask was cancelled; the message will be read again");
        }
    }

    private void emit(int bytes, Outcome outcome, KeyedMessage message) {
        inFlight--;
        bytesInFlight -= bytes;
        if (outcome instanceof Outcome.Rejected) {
            output.collect(deadLetters, new StreamRecord<>(message));
        } else {
            output.collect(new StreamRecord<>(message));
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        drain();
    }

    @Override
    public void endInput() throws Exception {
        drain();
    }

    private void drain() throws InterruptedException {
        while (inFlight > 0) {
            mailbox.yield();
        }
    }

    @Override
    public void close() throws Exception {
        if (engine != null) {
            engine = null;
            SharedEngines.release(settings);
        }
        super.close();
    }

    /** @see AttributionOperator */
    static final class Factory extends AbstractStreamOperatorFactory<KeyedMessage>
            implements OneInputStreamOperatorFactory<ImageMessage, KeyedMessage> {
        private final EngineSettings settings;
        private final int mostInFlight;
        private final OutputTag<KeyedMessage> deadLetters;

        /** @param mostInFlight messages that one subtask has in flight at most */
        Factory(EngineSettings settings, int mostInFlight, OutputTag<KeyedMessage> deadLetters) {
            this.settings = settings;
            this.mostInFlight = mostInFlight;
            this.deadLetters = deadLetters;
            setChainingStrategy(ChainingStrategy.ALWAYS);
        }

        @Override
        // The interface asks for any T, but is only ever called for this operator.
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        public <T extends StreamOperator<KeyedMessage>> T createStreamOperator(
                StreamOperatorParameters<KeyedMessage> parameters) {
            return (T) new AttributionOperator(parameters, this);
        }

        @Override
        @SuppressWarnings("rawtypes") // as the interface has it
        public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
            return AttributionOperator.class;
        }
    }
}
