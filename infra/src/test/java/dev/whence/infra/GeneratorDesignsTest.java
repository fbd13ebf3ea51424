package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratorDesignsTest {
    @TempDir
    Path folder;

    @Test
    void familiesAreReadFromTheFileBesideTheFolder() throws Exception {
        Path known = Files.createDirectory(folder.resolve("known"));
        Files.writeString(folder.resolve("generators.yaml"), """
                generators:
                  glow:
                    family: flow
                    skip: [none]
                    repo: someone/glow
                  odd:
                    family: [gan, vae]
                """);
        assertThat(GeneratorDesigns.families(List.of("glow", "odd", "other"), known))
                .isEqualTo(Map.of("glow", Optional.of("flow"), "odd", Optional.of("gan"), "other", Optional.empty()));
        // Of several choices the first, which the file calls the main one; what describes no design is left out.
        assertThat(GeneratorDesigns.choices(List.of("glow", "odd", "other"), known))
                .isEqualTo(Map.of("glow", Map.of("family", "flow", "skip", "none"), "odd", Map.of("family", "gan")));
    }

    @Test
    void withoutAFileNoFamilyIsKnown() throws Exception {
        Path known = Files.createDirectory(folder.resolve("known"));
        assertThat(GeneratorDesigns.families(List.of("glow"), known)).isEqualTo(Map.of("glow", Optional.empty()));
    }

    @Test
    void aBrokenFileIsNamed() throws IOException {
        Files.writeString(folder.resolve("generators.yaml"), "generators: [");
        assertThatThrownBy(() -> GeneratorDesigns.families(List.of("glow"), folder))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("generators.yaml");
    }
}
