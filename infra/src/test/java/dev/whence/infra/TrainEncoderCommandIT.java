package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainEncoderCommandIT {
    private static final List<String> TWO_CLASSES =
            List.of("--images", "demo/pack/known/vae.zip", "demo/pack/known/realnvp.zip");

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int trainEncoder(List<String> images, String... options) {
        List<String> arguments = new ArrayList<>(List.of("train-encoder"));
        arguments.addAll(images);
        arguments.addAll(List.of("--epochs", "1", "--dimension", "16", "--threads", "1"));
        arguments.addAll(List.of(options));
        return Whence.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }

    @Test
    void aSupervisedEncoderIsWrittenWithItsProbeAndMakesASpaceOfAReference() throws Exception {
        Path encoder = folder.resolve("encoder");

        assertThat(trainEncoder(TWO_CLASSES, "--kind", "supervised", "--out", encoder.toString()))
                .as(err.toString())
                .isZero();

        JsonNode description =
                new ObjectMapper().readTree(encoder.resolve("encoder.json").toFile());
        assertThat(description.get("name").asText()).isEqualTo("SL");
        assertThat(description.get("trainedOn").get("classes").asText()).isEqualTo("realnvp vae");
        double probe = description.get("measured").get("probe").asDouble();
        assertThat(out.toString())
                .contains("encoder SL of 16 features")
                .contains("probe %.3f (pixels ".formatted(probe));
        assertThat(Whence.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .execute(
                                "reference",
                                "build",
                                "--images",
                                "demo/pack/known/vae.zip",
                                "--out",
                                folder.resolve("reference").toString(),
                                "--spaces",
                                "RGB",
                                "--encoder",
                                encoder.toString()))
                .isZero();
        assertThat(out.toString()).contains("600 real images in [RGB, SL]");
    }

    @Test
    void imagesWithoutLabelsTeachASelfSupervisedEncoderAlone() {
        List<String> real = List.of("--images", "demo/pack/real.zip");
        String encoder = folder.resolve("encoder").toString();

        assertThat(trainEncoder(real, "--kind", "supervised", "--out", encoder)).isEqualTo(1);
        assertThat(err.toString()).contains("The images have no labels").contains("barlow-twins");
        assertThat(trainEncoder(real, "--kind", "barlow-twins", "--name", "TWINS", "--out", encoder))
                .isZero();
        assertThat(out.toString()).contains("encoder TWINS of 16 features").doesNotContain("probe");
        assertThat(Files.exists(Path.of(encoder, "encoder.json"))).isTrue();
    }

    @Test
    void anotherKindIsRefusedAndTheKindsAreNamed() {
        assertThat(trainEncoder(TWO_CLASSES, "--kind", "twins", "--out", folder.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("choose one of supervised, barlow-twins");
    }
}
