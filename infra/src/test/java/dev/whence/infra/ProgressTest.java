package dev.whence.infra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void linesComeAtEveryTenthAndAtTheEnd() {
        try (Progress progress = new Progress.Lines("embedding", 20, new PrintStream(out, true, UTF_8))) {
            for (int done = 1; done <= 20; done++) {
                progress.at(done);
            }
        }
        assertThat(out.toString(UTF_8).lines())
                .hasSize(11)
                .startsWith("embedding ...", "embedding: 2 of 20", "embedding: 4 of 20")
                .endsWith("embedding: 18 of 20", "embedding: 20 of 20");
    }
}
