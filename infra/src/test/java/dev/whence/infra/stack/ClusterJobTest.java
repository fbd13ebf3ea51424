package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.stream.AttributionJobSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterJobTest {
    @TempDir
    Path data;

    @Test
    void refusesToRestoreAndToReadImagesAgainAtOnce() {
        LocalStackSettings stack = LocalStackSettings.of(data, data, data);
        AttributionJobSettings settings = new AttributionJobSettings(
                "127.0.0.1:1",
                Stacks.engine(stack, Duration.ZERO),
                LocalStack.PARALLELISM,
                data,
                stack.checkpointInterval(),
                DeliveryGuarantee.EXACTLY_ONCE,
                AttributionJobSettings.DEFAULT_TRANSACTIONAL_ID_PREFIX,
                Optional.of(Instant.EPOCH));

        assertThatThrownBy(() -> ClusterJob.submit(settings, "127.0.0.1:1", Optional.of("file:/savepoint")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "--since starts without a checkpoint, and file:/savepoint is to be restored: name one of them");
    }
}
