package dev.whence.stream;

import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.ModelChange;
import dev.whence.schemas.SingleObjectReader;
import dev.whence.schemas.Topic;
import dev.whence.schemas.UndecodableMessageException;
import dev.whence.stream.engine.EngineSettings;
import dev.whence.stream.engine.ModelChoice;
import dev.whence.stream.engine.Outcome;
import dev.whence.stream.engine.RawMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.IOUtils;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in front of the JVM's shared engine: messages in, provenance events out, dead letters on the side.
 *
 * <p>No checkpoint waits for an image in flight, but the first after a restore for those that were in flight then. What is in flight when a
 * checkpoint is made is in it by partition and offset, so that no image is ever in one, and is read again from Kafka by a job that goes
 * on from it: see {@link MessagesInFlight}. What is in flight is bounded in
 * number and in bytes; a full operator holds back the source.
 *
 * <p>A second input, which every subtask gets whole, changes the model. The other engine is opened beside the one at work;
 * from the moment it is there images go to it, and those that the former one has end there: each image has one bundle and
 * one reference, which its event names. A change that cannot be followed is one dead letter, and the former model stays.
 */
final class AttributionOperator extends AbstractStreamOperator<KeyedMessage>
        implements TwoInputStreamOperator<RawMessage, RawMessage, KeyedMessage>, BoundedMultiInput {
    private static final Logger LOG = LoggerFactory.getLogger(AttributionOperator.class);
    private static final SingleObjectReader<ModelChange> CHANGES = SingleObjectReader.of(ModelChange.class);
    private static final long MOST_BYTES_IN_FLIGHT = 32L << 20;
    private static final int MOST_GAPS = 1000;
    private static final byte[] NOTHING = {};

    private final String job;
    private final EngineSettings settings;
    private final boolean exactlyOnce;
    private final long startedAt;
    private final OutputTag<KeyedMessage> deadLetters;
    private final transient MailboxExecutor mailbox;
    private final transient EngineChanges engines;
    private final transient ModelState state = new ModelState();
    private final transient CheckpointLine line;
    private final transient ImagesOnKafka kafka;
    private final transient MessagesInFlight inFlight = new MessagesInFlight();
    /** Where the messages stand that a checkpoint had in flight, and that this subtask has to answer still. */
    private final transient Set<Tuple2<Integer, Long>> restored = new HashSet<>();

    private transient int mostInFlight;

    private AttributionOperator(StreamOperatorParameters<KeyedMessage> parameters, Factory factory) {
        super(parameters);
        mailbox = parameters.getMailboxExecutor();
        job = factory.job;
        settings = factory.settings.here();
        exactlyOnce = factory.exactlyOnce;
        startedAt = factory.startedAt;
        line = new CheckpointLine(Long.toString(startedAt));
        deadLetters = factory.deadLetters;
        engines = new EngineChanges(mailbox);
        kafka = new ImagesOnKafka(factory.bootstrapServers, job);
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        line.restore(context.getOperatorStateStore(), context.getRestoredCheckpointId());
        state.restore(context.getOperatorStateStore(), settings.model(), startedAt);
        restored.addAll(inFlight.restore(context.getOperatorStateStore()));
    }

    @Override
    public void open() throws Exception {
        super.open();
        TaskInfo task = getRuntimeContext().getTaskInfo();
        mostInFlight = mostInFlight(task.getNumberOfParallelSubtasks());
        if (task.getAttemptNumber() > 0 && isFirstSubtask()) {
            LOG.warn("The attribution job starts again, restart {}", task.getAttemptNumber());
        }
        if (exactlyOnce && line.goesOn() && isFirstSubtask()) {
            line.requireNewest(kafka.notes());
        }
        engines.open(state.current()
                .map(AttributionOperator::read)
                .map(this::settings)
                .orElse(settings));
        state.wanted().ifPresent(this::follow);
        takeRestored();
    }

    /**
     * One batch at work and one that fills for each worker of the engine, shared among the subtasks that may share it: more only makes images wait
     * here and not on Kafka.
     */
    private int mostInFlight(int subtasks) {
        int slots = getRuntimeContext()
                .getTaskManagerRuntimeInfo()
                .getConfiguration()
                .get(TaskManagerOptions.NUM_TASK_SLOTS);
        int sharing = Math.min(subtasks, slots);
        return (2 * settings.inferenceThreads() * settings.batchSize() + sharing - 1) / sharing;
    }

    /** Messages that were in flight; how many is bounded as what is in flight is. */
    private void takeRestored() {
        if (!restored.isEmpty()) {
            LOG.info(
                    "{} messages were in flight and are read again; the next checkpoint waits for them",
                    restored.size());
        }
        Set<Tuple2<Integer, Long>> gone = new HashSet<>(restored);
        for (RawMessage message : kafka.read(restored)) {
            gone.remove(MessagesInFlight.place(message));
            take(message);
        }
        for (Tuple2<Integer, Long> place : gone) {
            emit(engines.current()
                    .engine()
                    .refuse(
                            at(place.f0, place.f1),
                            ErrorCode.MESSAGE_GONE,
                            "Kafka has deleted the image before it was attributed: publish it again"));
        }
        restored.removeAll(gone);
    }

    /** A message of which nothing is left but its place. */
    private static RawMessage at(int partition, long offset) {
        return new RawMessage(Topic.IMAGES.topicName(), partition, offset, 0, NOTHING);
    }

    private boolean isFirstSubtask() {
        return getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0;
    }

    /** An image. */
    @Override
    public void processElement1(StreamRecord<RawMessage> element) throws Exception {
        while (inFlight.size() >= mostInFlight || inFlight.bytes() >= MOST_BYTES_IN_FLIGHT) {
            mailbox.yield();
        }
        inFlight.reach(element.getValue());
        if (inFlight.gaps() >= MOST_GAPS) {
            tellOfDeleted();
        }
        take(element.getValue());
    }

    /** Where retention has passed the job, the source goes on with what is left and says nothing. */
    private void tellOfDeleted() throws InterruptedException, ExecutionException {
        List<MessagesInFlight.Gap> gaps = inFlight.takeGaps();
        if (gaps.isEmpty()) {
            return;
        }
        Map<Integer, Long> beginnings = kafka.beginnings(
                gaps.stream().map(MessagesInFlight.Gap::partition).collect(Collectors.toSet()));
        for (MessagesInFlight.Gap gap : gaps) {
            long deleted = Math.min(gap.end(), beginnings.getOrDefault(gap.partition(), 0L)) - gap.begin();
            if (deleted > 0) {
                emit(engines.current().engine().deleted(at(gap.partition(), gap.begin()), deleted));
            }
        }
    }

    private void take(RawMessage image) {
        Tuple2<Integer, Long> place = MessagesInFlight.place(image);
        int length = image.value().length;
        inFlight.enter(image);
        EngineChanges.InUse engine = engines.current();
        engine.enter();
        Runnable leave = () -> {
            inFlight.leave(place, length);
            restored.remove(place);
            engine.leave();
        };
        var unused = engine.engine().submit(image).thenApply(KeyedMessage::of).handle((message, failure) -> {
            answer(place, leave, message, failure);
            return null;
        });
    }

    /**
     * On a thread of the engine.
     *
     * @param leave on the subtask's thread
     * @param message null where there is none
     * @param failure the engine's, or why its outcome could not be written
     */
    private void answer(
            Tuple2<Integer, Long> place, Runnable leave, @Nullable KeyedMessage message, @Nullable Throwable failure) {
        try {
            if (message == null) {
                mailbox.execute(
                        () -> {
                            throw new IllegalStateException(
                                    "The attribution engine is broken: %s has no answer"
                                            .formatted(at(place.f0, place.f1).coordinates()),
                                    failure);
                        },
                        "engine failure");
            } else {
                mailbox.execute(
                        () -> {
                            leave.run();
                            emit(message);
                        },
                        "outcome");
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("An outcome came after its subtask was cancelled; the message will be read again");
        }
    }

    private void emit(Outcome outcome) {
        emit(KeyedMessage.of(outcome));
    }

    private void emit(KeyedMessage message) {
        if (message.isDeadLetter()) {
            output.collect(deadLetters, new StreamRecord<>(message));
        } else {
            output.collect(new StreamRecord<>(message));
        }
    }

    /** A change of the model. */
    @Override
    public void processElement2(StreamRecord<RawMessage> element) {
        RawMessage message = element.getValue();
        try {
            if (!CHANGES.read(message.value()).getJob().equals(job)) {
                LOG.debug("The change of the model {} is for another job", message.coordinates());
            } else if (state.isOutdated(message)) {
                LOG.warn(
                        "The change of the model {} came before the job was started with another one and is not followed",
                        message.coordinates());
            } else {
                state.want(message);
                follow(message);
            }
        } catch (UndecodableMessageException e) {
            refuse(message, e.code(), String.valueOf(e.getMessage()));
        }
    }

    private static ModelChange read(RawMessage change) {
        return CHANGES.read(change.value());
    }

    private EngineSettings settings(ModelChange change) {
        return settings.with(ModelChoice.of(change));
    }

    private void follow(RawMessage message) {
        EngineSettings next = settings(read(message));
        LOG.info("The change of the model {} wants {}", message.coordinates(), next.model());
        engines.change(next, new EngineChanges.Listener() {
            @Override
            public boolean isWanted() {
                return state.isWanted(message);
            }

            @Override
            public void changed() {
                state.take(message);
                LOG.info("From now on {} attributes", next.model());
            }

            @Override
            public void failed(Throwable failure) {
                state.drop(message);
                refuse(
                        message,
                        ErrorCode.MODEL_REFUSED,
                        "The model stays as it was, %s cannot be used: %s"
                                .formatted(next.model(), failure.getMessage()));
            }
        });
    }

    /** Every subtask has the message; one writes its dead letter. */
    private void refuse(RawMessage message, ErrorCode code, String sentence) {
        if (isFirstSubtask()) {
            emit(engines.current().engine().refuse(message, code, sentence));
        } else {
            LOG.warn("Refused the change of the model {}: {}", message.coordinates(), sentence);
        }
    }

    /**
     * The first checkpoint waits for the messages that the one before had in flight: they may be of another subtask's partitions, which would note
     * for the group that all is answered.
     */
    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        while (!restored.isEmpty()) {
            mailbox.yield();
        }
        tellOfDeleted();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        state.write();
        inFlight.write(context.getCheckpointId());
    }

    /** Kafka's group has an offset that the source does not know: that of the first image without an answer. */
    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        kafka.answered(inFlight.answeredBy(checkpointId), line.note(checkpointId));
    }

    @Override
    public void endInput(int input) throws Exception {
        while (inFlight.size() > 0) {
            mailbox.yield();
        }
    }

    @Override
    public void close() throws Exception {
        IOUtils.closeAll(engines, kafka, super::close);
    }

    /** @see AttributionOperator */
    static final class Factory extends AbstractStreamOperatorFactory<KeyedMessage>
            implements TwoInputStreamOperatorFactory<RawMessage, RawMessage, KeyedMessage> {
        private final String bootstrapServers;
        private final String job;
        private final EngineSettings settings;
        private final boolean exactlyOnce;
        private final long startedAt;
        private final OutputTag<KeyedMessage> deadLetters;

        /**
         * @param job whose changes of the model are meant; the consumer group of the images
         * @param exactlyOnce whether a checkpoint is refused that would repeat events
         * @param startedAt in milliseconds since 1970
         */
        Factory(
                String bootstrapServers,
                String job,
                EngineSettings settings,
                boolean exactlyOnce,
                long startedAt,
                OutputTag<KeyedMessage> deadLetters) {
            this.bootstrapServers = bootstrapServers;
            this.job = job;
            this.settings = settings;
            this.exactlyOnce = exactlyOnce;
            this.startedAt = startedAt;
            this.deadLetters = deadLetters;
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
