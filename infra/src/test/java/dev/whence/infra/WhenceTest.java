package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class WhenceTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine whence =
            Whence.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "up",
                "ingest",
                "reference build",
                "reference copy",
                "reference withdraw",
                "reference compact",
                "train",
                "train-encoder",
                "attribute",
                "evaluate",
                "doctor",
                "bench stream",
                "bench search"
            })
    void everyCommandHasHelpWithAnExample(String command) {
        assertThat(whence.execute((command + " --help").split(" "))).isZero();
        assertThat(out.toString())
                .contains("whence " + command)
                .contains("Example")
                .contains("Exit codes");
    }

    @Test
    void noCommandIsWrongUse() {
        assertThat(whence.execute()).isEqualTo(2);
        assertThat(err.toString()).contains("A command is missing").contains("whence --help");
    }

    @Test
    void aMistypedCommandIsWrongUseAndTheRightOneIsNamed() {
        assertThat(whence.execute("atribute")).isEqualTo(2);
        assertThat(err.toString()).contains("whence attribute");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--uri http://x",
                "--store milvus",
                "--store milvus --uri http://me:secret@x",
                "--store milvus --uri http://x --index NONE"
            })
    void aStoreThatCannotBeIsWrongUse(String options) {
        assertThat(whence.execute(("reference copy --reference r --out r2 " + options).split(" ")))
                .isEqualTo(2);
        assertThat(err.toString()).doesNotContain("secret");
    }

    @Test
    void aMissingOptionIsNamed() {
        assertThat(whence.execute("attribute", "image.png")).isEqualTo(2);
        assertThat(err.toString()).contains("--model").doesNotContain("\tat ");
    }
}
