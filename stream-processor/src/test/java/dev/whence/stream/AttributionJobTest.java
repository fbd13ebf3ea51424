package dev.whence.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.attributor.onnx.InferenceEngine;
import dev.whence.attributor.reference.MilvusAccess;
import dev.whence.stream.engine.EngineSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.runtime.OperatorIDPair;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttributionJobTest {
    @TempDir
    Path folder;

    @Test
    void buildsTwoSourcesAndOneChainFromTheAttributionToBothSinks() {
        assertThat(vertices(settings("prefix")))
                .extracting(JobVertex::getName)
                .containsExactlyInAnyOrder(
                        "Source: images",
                        "Source: models",
                        "attribution -> (provenance: Writer -> provenance: Committer,"
                                + " dead-letters: Writer -> dead-letters: Committer)");
    }

    @Test
    void everyOperatorHasAnIdThatOutlivesAChangeOfTheJob() {
        assertThat(vertices(settings("prefix")))
                .flatExtracting(JobVertex::getOperatorIDs)
                .extracting(OperatorIDPair::getUserDefinedOperatorUid)
                .doesNotContainNull()
                .contains("images", "models", "attribution", "provenance", "dead-letters");
    }

    /** An outage of any length ends by itself; passing over a failed checkpoint could lose what it had written. */
    @Test
    void startsAgainWithoutEndAfterEachFailureAndEachFailedCheckpoint() {
        JobGraph job = AttributionJob.graph(settings("prefix"));

        assertThat(job.getJobConfiguration().get(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS))
                .isEqualTo(Integer.MAX_VALUE);
        assertThat(job.getJobConfiguration().get(RestartStrategyOptions.RESTART_STRATEGY))
                .isEqualTo("exponential-delay");
        assertThat(Objects.requireNonNull(job.getCheckpointingSettings())
                        .getCheckpointCoordinatorConfiguration()
                        .getTolerableCheckpointFailureNumber())
                .isZero();
    }

    @Test
    void refusesDeliveryThatLosesEvents() {
        assertThatThrownBy(() -> new AttributionJobSettings(
                        "localhost:1",
                        engine(),
                        1,
                        folder,
                        Duration.ofSeconds(1),
                        DeliveryGuarantee.NONE,
                        "prefix",
                        Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("EXACTLY_ONCE or AT_LEAST_ONCE");
    }

    /** All that is on Kafka by then would be passed over. */
    @Test
    void refusesToReadImagesSinceATimeInTheFuture() {
        assertThatThrownBy(() -> new AttributionJobSettings(
                        "localhost:1",
                        engine(),
                        1,
                        folder,
                        Duration.ofSeconds(1),
                        DeliveryGuarantee.EXACTLY_ONCE,
                        "prefix",
                        Optional.of(Instant.now().plusSeconds(60))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("in the future");
    }

    private static List<JobVertex> vertices(AttributionJobSettings settings) {
        return AttributionJob.graph(settings).getVerticesSortedTopologicallyFromSources();
    }

    private AttributionJobSettings settings(String prefix) {
        return new AttributionJobSettings(
                "localhost:1",
                engine(),
                2,
                folder,
                Duration.ofSeconds(1),
                DeliveryGuarantee.EXACTLY_ONCE,
                prefix,
                Optional.empty());
    }

    private EngineSettings engine() {
        return EngineSettings.of(
                folder, folder, InferenceEngine.CPU, MilvusAccess.PLAIN, folder, 8, Duration.ofMillis(1), 1);
    }
}
