package dev.whence.infra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
final class LauncherIT {
    private static final Path LAUNCHER = Path.of("../whence").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    @Test
    void runsThroughALinkFromAnyFolderAndLeavesStdoutToTheCommand() throws Exception {
        Path folderWithSpaces = Files.createDirectory(folder.resolve("my own links"));
        Path link = Files.createSymbolicLink(folderWithSpaces.resolve("whence link"), LAUNCHER);
        Run run = run(link, Map.of(), "--version");
        assertThat(run.exitCode).as(run.err).isZero();
        assertThat(run.out).isEqualTo("whence 0.1.0\n");
    }

    @Test
    void saysWhatToDoWhenJavaHomeIsWrong() throws Exception {
        Run run = run(LAUNCHER, Map.of("JAVA_HOME", folder.toString()), "--version");
        assertThat(run.exitCode).isEqualTo(1);
        assertThat(run.err).contains("point it to a JDK 17 or newer").hasLineCount(1);
    }

    @Test
    void refusesAnOldJavaInOneSentence() throws Exception {
        Path java = Files.createDirectory(folder.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nexit 1\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(folder.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
        Run run = run(LAUNCHER, Map.of("JAVA_HOME", folder.toString()), "--version");
        assertThat(run.exitCode).isEqualTo(1);
        assertThat(run.err)
                .contains("is Java 11.0.2: install a JDK 17 or newer")
                .hasLineCount(1);
    }

    private Run run(Path launcher, Map<String, String> environment, String... arguments) throws Exception {
        ProcessBuilder process = new ProcessBuilder(launcher.toString())
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        process.command().addAll(List.of(arguments));
        process.environment().putAll(environment);
        int exitCode = process.start().waitFor();
        return new Run(
                exitCode,
                Files.readString(folder.resolve("out"), UTF_8),
                Files.readString(folder.resolve("err"), UTF_8));
    }

    private record Run(int exitCode, String out, String err) {}
}
