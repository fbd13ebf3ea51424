package dev.whence.infra.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LiveTableTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void onATerminalATableIsDrawnOverTheOneBefore() {
        LiveTable table = new LiveTable(new PrintStream(out, true, UTF_8), true);
        table.finish(List.of("one", "two"));
        table.finish(List.of("three", "four"));
        assertThat(out.toString(UTF_8)).isEqualTo("\033[Kone\n\033[Ktwo\n\033[2A\033[Kthree\n\033[Kfour\n");
    }

    @Test
    void elsewhereThereAreNoControlCharacters() {
        LiveTable table = new LiveTable(new PrintStream(out, true, UTF_8), false);
        table.finish(List.of("one", "two"));
        table.finish(List.of("three"));
        assertThat(out.toString(UTF_8)).isEqualTo("one\ntwo\nthree\n");
    }
}
