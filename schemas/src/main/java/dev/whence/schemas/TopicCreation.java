package dev.whence.schemas;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
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
        Set<String> present = await(admin.listTopics().names());
        List<Topic> missing = new ArrayList<>();
        List<Topic> existing = new ArrayList<>();
        for (Topic topic : Topic.values()) {
            (present.contains(topic.topicName()) ? existing : missing).add(topic);
        }

        Set<Topic> created = EnumSet.noneOf(Topic.class);
        Map<String, KafkaFuture<Void>> creations = admin.createTopics(missing.stream()
                        .map(topic -> newTopic(topic, replicationFactor))
                        .toList())
                .values();
        for (Topic topic : missing) {
            try {
                await(requireNonNull(creations.get(topic.topicName())));
                created.add(topic);
            } catch (TopicExistsException e) {
                existing.add(topic); // Another process was faster, which is as good.
            }
        }
        return new Result(created, divergences(admin, existing));
    }

    private static NewTopic newTopic(Topic topic, short replicationFactor) {
        return new NewTopic(topic.topicName(), topic.partitions(), replicationFactor).configs(topic.settings());
    }

    private static List<Divergence> divergences(Admin admin, List<Topic> existing) {
        Map<String, KafkaFuture<TopicDescription>> descriptions = admin.describeTopics(
                        existing.stream().map(Topic::topicName).toList())
                .topicNameValues();
        List<Divergence> divergences = new ArrayList<>();
        for (Topic topic : existing) {
            try {
                int partitions = await(requireNonNull(descriptions.get(topic.topicName())))
                        .partitions()
                        .size();
                if (partitions != topic.partitions()) {
                    divergences.add(new Divergence(topic, partitions));
                }
            } catch (UnknownTopicOrPartitionException e) {
                // Just created by another process: not every broker has heard of it, and it is as that process made it.
            }
        }
        return divergences;
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw new InterruptException("Interrupted while creating topics", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException cause) {
                throw cause;
            }
            throw new KafkaException("The topics cannot be created", e.getCause());
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
