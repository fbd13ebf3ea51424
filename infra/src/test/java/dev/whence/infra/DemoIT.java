package dev.whence.infra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
final class DemoIT {
    @TempDir
    private Path folder;

    @Test
    void theDemoAccountsForEveryImageAndIsRightOnThoseItWasNotTrainedOn() throws Exception {
        Path out = folder.resolve("out");
        Process demo = new ProcessBuilder("../whence", "demo", "--images", "300")
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        demo.getOutputStream().close();
        int exitCode = demo.waitFor();
        String text = Files.readString(out, UTF_8);
        assertThat(exitCode).as(text).isZero();
        assertThat(text)
                .contains("in 305 = provenance 300 + dead letters 5: every image is accounted for")
                .contains("metrics http://127.0.0.1:")
                .containsPattern("EMPTY_IMAGE=1");
    }
}
