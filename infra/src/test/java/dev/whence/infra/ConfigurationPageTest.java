package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ConfigurationPageTest {
    @Test
    void thePageInDocsIsTheOneTheCommandsMake() throws Exception {
        assertThat(Files.readString(Path.of("../docs/configuration.md")))
                .as("docs/configuration.md is not what the commands say:"
                        + " run ./whence configuration-page > docs/configuration.md and commit it")
                .isEqualTo(ConfigurationPage.markdown());
    }

    @Test
    void everyOptionHasADescription() {
        assertThat(ConfigurationPage.markdown()).doesNotContain("|  |\n");
    }
}
