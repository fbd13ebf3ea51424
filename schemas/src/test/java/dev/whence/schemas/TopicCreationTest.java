package dev.whence.schemas;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.schemas.TopicCreation.Divergence;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class TopicCreationTest {
    private static final short ONE_COPY = 1;

    private final FakeCluster cluster = new FakeCluster();

    @Test
    void createsTheWholeCatalogueOnAnEmptyCluster() {
        TopicCreation.Result result = TopicCreation.createMissing(cluster.admin, ONE_COPY);

        assertThat(result.created()).containsExactlyInAnyOrder(Topic.values());
        assertThat(result.divergences()).isEmpty();
        assertThat(cluster.topics)
                .containsOnlyKeys(
                        "whence.images",
                        "whence.provenance",
                        "whence.dead-letters",
                        "whence.signatures",
                        "whence.statistics",
                        "whence.alerts",
                        "whence.models");
    }

    @Test
    void setsHowTopicsAreKept() {
        TopicCreation.createMissing(cluster.admin, ONE_COPY);

        assertThat(settings("whence.images"))
                .containsEntry("max.message.bytes", "1048576")
                .containsEntry("message.timestamp.type", "LogAppendTime")
                .containsEntry("cleanup.policy", "delete")
                .containsEntry("retention.ms", "259200000");
        assertThat(settings("whence.signatures"))
                .containsEntry("cleanup.policy", "compact")
                .containsEntry("retention.ms", "-1");
        assertThat(settings("whence.statistics")).containsEntry("cleanup.policy", "compact,delete");
    }

    @Test
    void createsNothingTheSecondTime() {
        TopicCreation.createMissing(cluster.admin, ONE_COPY);

        TopicCreation.Result again = TopicCreation.createMissing(cluster.admin, ONE_COPY);

        assertThat(again.created()).isEmpty();
        assertThat(again.divergences()).isEmpty();
    }

    @Test
    void leavesATopicWithOtherPartitionsAloneAndSaysSo() {
        cluster.topics.put("whence.images", new NewTopic("whence.images", 16, ONE_COPY));

        TopicCreation.Result result = TopicCreation.createMissing(cluster.admin, ONE_COPY);

        assertThat(result.created()).hasSize(Topic.values().length - 1).doesNotContain(Topic.IMAGES);
        assertThat(result.divergences()).containsExactly(new Divergence(Topic.IMAGES, 16));
        assertThat(requireNonNull(cluster.topics.get("whence.images")).numPartitions())
                .isEqualTo(16);
    }

    @Test
    void takesItAsDoneWhenAnotherProcessWasFaster() {
        cluster.beforeCreation = () -> cluster.topics.put("whence.alerts", new NewTopic("whence.alerts", 1, ONE_COPY));

        TopicCreation.Result result = TopicCreation.createMissing(cluster.admin, ONE_COPY);

        assertThat(result.created()).hasSize(Topic.values().length - 1).doesNotContain(Topic.ALERTS);
    }

    private Map<String, String> settings(String topic) {
        return requireNonNull(cluster.topics.get(topic)).configs();
    }
}
