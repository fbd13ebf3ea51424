package dev.whence.schemas;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.NullMarked;

/**
 * Creates the topics that a cluster lacks. Topics that are there are never changed; several processes may create at once.
 */
@NullMarked
public final class TopicCreation {
    private TopicCreation() {}

    /**
     * Creates every topic of the catalogue that the cluster lacks.
     *
     * @param replicationFactor copies of every partition; -1 leaves it to the broker
     * @throws KafkaException if the cluster cannot be asked, or refuses
     */
    public static Result createMissing(Admin admin, short replicationFactor) {
        List<Topic> missing = new ArrayList<>();
        List<Divergence> divergences = new ArrayList<>();
        Map<String, KafkaFuture<TopicDescription>> present = admin.describeTopics(
                        Stream.of(Topic.values()).map(Topic::topicName).toList())
                .topicNameValues();
        for (Topic topic : Topic.values()) {
            try {
                int partitions = await(present, topic).partitions().size();
                if (partitions != topic.partitions()) {
                    divergences.add(new Divergence(topic, partitions));
                }
            } catch (UnknownTopicOrPartitionException e) {
                missing.add(topic);
            }
        }
        return new Result(create(admin, missing, replicationFactor), divergences);
    }

    private static Set<Topic> create(Admin admin, List<Topic> missing, short replicationFactor) {
        Map<String, KafkaFuture<Void>> creations = admin.createTopics(missing.stream()
                        .map(topic -> newTopic(topic, replicationFactor))
                        .toList())
                .values();
        Set<Topic> created = EnumSet.noneOf(Topic.class);
        for (Topic topic : missing) {
            try {
                await(creations, topic);
                created.add(topic);
            } catch (TopicExistsException e) {
                // Another process was faster: the topic is there, which is all that was wanted.
            }
        }
        return created;
    }

    private static NewTopic newTopic(Topic topic, short replicationFactor) {
        return new NewTopic(topic.topicName(), topic.partitions(), replicationFactor).configs(topic.settings());
    }

    private static <T> T await(Map<String, KafkaFuture<T>> answers, Topic topic) {
        try {
            return requireNonNull(answers.get(topic.topicName())).get();
        } catch (InterruptedException e) {
            throw new InterruptException("Interrupted while creating topics", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException cause) {
                throw cause;
            }
            throw new KafkaException("The topic " + topic.topicName() + " cannot be created", e.getCause());
        }
    }

    /**
     * @param created topics that this call created
     * @param divergences topics that were there with another number of partitions than the catalogue's, left as they are
     */
    public record Result(Set<Topic> created, List<Divergence> divergences) {
        public Result {
            created = Set.copyOf(created);
            divergences = List.copyOf(divergences);
        }
    }

    /**
     * @param partitions how many the cluster's topic has
     */
    public record Divergence(Topic topic, int partitions) {}
}
