package dev.whence.stream;

import dev.whence.schemas.ImageUpload;
import dev.whence.schemas.SingleObjectReader;
import dev.whence.schemas.Topic;
import dev.whence.stream.engine.RawMessage;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * {@link AttributionJob} without attribution, to measure what the transport costs: the same source, sinks, checkpoints and
 * delivery. In between a message is read for its image's id, and answered by as many bytes as a provenance event has. The
 * bytes are random, so that they compress no better than an event's fingerprint does.
 */
public final class PassThroughJob {
    private PassThroughJob() {}

    /**
     * The job, ready to submit.
     *
     * @param settings the engine's are not used
     * @param answerBytes length of each answer
     */
    public static JobGraph graph(AttributionJobSettings settings, int answerBytes) {
        StreamExecutionEnvironment environment = new StreamExecutionEnvironment();
        environment.configure(AttributionJob.configuration(settings));
        environment.setParallelism(settings.parallelism());
        TypeInformation<KeyedMessage> outgoing = TypeInformation.of(KeyedMessage.class);
        SingleOutputStreamOperator<KeyedMessage> answers = environment
                .fromSource(AttributionJob.images(settings), WatermarkStrategy.noWatermarks(), "images")
                .uid("images")
                .process(new Answering(answerBytes), outgoing)
                .name("pass-through")
                .uid("pass-through");
        answers.sinkTo(AttributionJob.sink(settings, Topic.PROVENANCE))
                .name("provenance")
                .uid("provenance");
        answers.getSideOutput(new OutputTag<>("dead-letters", outgoing))
                .sinkTo(AttributionJob.sink(settings, Topic.DEAD_LETTERS))
                .name("dead-letters")
                .uid("dead-letters");
        return environment.getStreamGraph().getJobGraph();
    }

    private static final class Answering extends ProcessFunction<RawMessage, KeyedMessage> {
        private static final SingleObjectReader<ImageUpload> UPLOADS = SingleObjectReader.of(ImageUpload.class);

        private final byte[] answer;

        Answering(int answerBytes) {
            answer = new byte[answerBytes];
            new Random(1).nextBytes(answer);
        }

        @Override
        public void processElement(RawMessage message, Context context, Collector<KeyedMessage> out) {
            String id = UPLOADS.read(message.value()).getId();
            out.collect(new KeyedMessage(id.getBytes(StandardCharsets.UTF_8), answer, ""));
        }
    }
}
