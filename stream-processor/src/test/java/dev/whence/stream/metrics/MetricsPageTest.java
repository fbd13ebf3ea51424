package dev.whence.stream.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
    @Test
    void theMetricsPageIsUpToDate() throws IOException {
        assertThat(MetricsPage.markdown())
                .as("docs/metrics.md is out of date: after a build run "
                        + "java -cp infra/target/whence.jar dev.whence.stream.metrics.MetricsPage > docs/metrics.md")
                .isEqualTo(Files.readString(Path.of("../docs/metrics.md")));
    }
}
