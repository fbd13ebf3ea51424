package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.infra.stack.ClusterJob;
import dev.whence.stream.engine.EngineSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class JobCommandTest {
    private static final String JOB = "0123456789abcdef0123456789abcdef";

    private final StringWriter out = new StringWriter();
    private final JobCommand command = new JobCommand();

    @ParameterizedTest
    @CsvSource({
        "'',/data/checkpoints",
        "--transactional-id-prefix whence-attribution,/data/checkpoints",
        "--transactional-id-prefix night,/data/checkpoints-night",
        "--checkpoints /elsewhere,/elsewhere",
        "--checkpoints /elsewhere --transactional-id-prefix night,/elsewhere"
    })
    void jobsThatShareTheDataHaveCheckpointsOfTheirOwn(String options, Path checkpoints) {
        parse(options);
        assertThat(command.settings().checkpoints()).isEqualTo(checkpoints.toAbsolutePath());
    }

    @ParameterizedTest
    @ValueSource(strings = {"night/1", "../checkpoints", "night:1"})
    void aPrefixThatNamesNoFolderNeedsCheckpointsNamed(String prefix) {
        parse("--transactional-id-prefix " + prefix);
        assertThatThrownBy(command::settings)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(prefix, "--checkpoints");
    }

    /** Those of the TaskManagers, which may be other machines. */
    @Test
    void countsNoProcessorsOfThisMachine() {
        parse("");
        assertThat(command.settings().engine().inferenceThreads()).isEqualTo(EngineSettings.ALL_PROCESSORS);
        parse("--threads 3");
        assertThat(command.settings().engine().inferenceThreads()).isEqualTo(3);
    }

    @Test
    void refusesThreadsThatAreNone() {
        assertThatThrownBy(() -> parse("--threads 0"))
                .isInstanceOf(CommandLine.ParameterException.class)
                .hasMessage("--threads must be at least 1, and is 0");
    }

    @Test
    void saysThatItBeginsWithoutACheckpoint() {
        assertThat(told("", Optional.empty(), Optional.empty()))
                .containsExactly(
                        "no checkpoint in %s: begins where its consumer group stands"
                                .formatted(Path.of("/data/checkpoints").toAbsolutePath()),
                        "job " + JOB);
    }

    @Test
    void saysWhatItGoesOnFrom() {
        assertThat(told("", Optional.of("file:/savepoint"), Optional.empty()))
                .containsExactly("goes on from file:/savepoint", "job " + JOB);
    }

    @Test
    void saysWhatItPassesOver() {
        String since = "--since 2026-11-28T19:00:00Z";
        assertThat(told(since, Optional.empty(), Optional.of("file:/newest")))
                .containsExactly("passes over file:/newest", "job " + JOB);
        assertThat(told(since, Optional.empty(), Optional.empty())).containsExactly("job " + JOB);
    }

    private Stream<String> told(String options, Optional<String> restored, Optional<String> passedOver) {
        parse(options);
        out.getBuffer().setLength(0);
        command.tell(new ClusterJob.Submitted(JOB, restored, passedOver), command.settings());
        return out.toString().lines();
    }

    private void parse(String options) {
        new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out, true))
                .parseArgs(("--model m --reference r --data /data " + options)
                        .strip()
                        .split(" "));
    }
}
