package dev.whence.schemas;

import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.jspecify.annotations.NullMarked;

/** A cluster that knows its topics and nothing else; any other question to its admin fails the test. */
@NullMarked
final class FakeCluster {
    final Map<String, NewTopic> topics = new HashMap<>();
    final Admin admin = (Admin) Proxy.newProxyInstance(
            Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, (proxy, method, arguments) -> {
                @SuppressWarnings("unchecked") // Both methods take a collection first.
                Collection<Object> first = (Collection<Object>) arguments[0];
                return switch (method.getName()) {
                    case "describeTopics" -> describe(first);
                    case "createTopics" -> create(first);
                    default -> throw new UnsupportedOperationException(method.toString());
                };
            });

    /** What other processes do between the look at the topics and their creation. */
    Runnable beforeCreation = () -> {};

    private DescribeTopicsResult describe(Collection<Object> names) {
        Map<String, KafkaFuture<TopicDescription>> answers = new HashMap<>();
        for (Object name : names) {
            NewTopic topic = topics.get(name);
            answers.put(
                    (String) name,
                    topic == null
                            ? failed(new UnknownTopicOrPartitionException("no such topic"))
                            : KafkaFuture.completedFuture(description(topic)));
        }
        return new Described(answers);
    }

    private CreateTopicsResult create(Collection<Object> wanted) {
        beforeCreation.run();
        Map<String, KafkaFuture<CreateTopicsResult.TopicMetadataAndConfig>> answers = new HashMap<>();
        for (Object each : wanted) {
            NewTopic topic = (NewTopic) each;
            boolean isNew = topics.putIfAbsent(topic.name(), topic) == null;
            answers.put(
                    topic.name(),
                    isNew
                            ? KafkaFuture.completedFuture(new CreateTopicsResult.TopicMetadataAndConfig(
                                    Uuid.ZERO_UUID,
                                    topic.numPartitions(),
                                    topic.replicationFactor(),
                                    new Config(List.of())))
                            : failed(new TopicExistsException("there already")));
        }
        return new Created(answers);
    }

    private static TopicDescription description(NewTopic topic) {
        TopicPartitionInfo partition = new TopicPartitionInfo(0, Node.noNode(), List.of(), List.of());
        return new TopicDescription(topic.name(), false, Collections.nCopies(topic.numPartitions(), partition));
    }

    private static <T> KafkaFuture<T> failed(RuntimeException error) {
        KafkaFutureImpl<T> future = new KafkaFutureImpl<>();
        future.completeExceptionally(error);
        return future;
    }

    private static final class Described extends DescribeTopicsResult {
        Described(Map<String, KafkaFuture<TopicDescription>> answers) {
            super(noIds(), answers);
        }

        @SuppressWarnings("NullAway") // Kafka's constructor takes null for "asked by name".
        private static Map<Uuid, KafkaFuture<TopicDescription>> noIds() {
            return null;
        }
    }

    private static final class Created extends CreateTopicsResult {
        Created(Map<String, KafkaFuture<TopicMetadataAndConfig>> answers) {
            super(answers);
        }
    }
}
