package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stranger's encoder with an encoder.json written by hand, from the reference to the verdict. */
final class EncoderCommandIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void anEncoderIsASpaceInEveryCommand() throws Exception {
        String encoder = HandmadeEncoder.write(folder.resolve("near"), 4).toString();
        String reference = folder.resolve("reference").toString();
        String model = folder.resolve("model").toString();
        whence(
                "reference",
                "build",
                "--images",
                "demo/pack/reference.zip",
                "--out",
                reference,
                "--spaces",
                "RGB",
                "--encoder",
                encoder);
        assertThat(out.toString()).contains("[RGB, SL]");

        whence(
                "train",
                "--reference",
                reference,
                "--generated",
                "demo/pack/known",
                "--real",
                "demo/pack/real.zip",
                "--model",
                model,
                "--spaces",
                "SL",
                "--epochs",
                "2");
        assertThat(JSON.readTree(Path.of(model, "model.json").toFile())
                        .at("/spaces/0/encoder/trainedOn/images")
                        .asText())
                .isEqualTo("none");

        whence("attribute", "--model", model, "--reference", reference, "--json", "demo/pack/known/vae.zip");
        JsonNode answer = JSON.readTree(out.toString().lines().findFirst().orElseThrow());
        assertThat(answer.at("/spaces/0/space").asText()).isEqualTo("SL");
        assertThat(answer.at("/candidates")).hasSize(5);

        assertThat(execute("doctor", "--reference", reference, "--model", model))
                .isLessThan(2);
        assertThat(out.toString()).contains("SL encoder", "SL recall", "is this one");

        whence(
                "bench",
                "search",
                "--reference",
                reference,
                "--queries",
                "demo/pack/real.zip",
                "--queries-per-source",
                "20",
                "--batches",
                "8",
                "--k",
                "2",
                "--rounds",
                "1",
                "--seconds",
                "0.02",
                "--json",
                "-");
        JsonNode set = JSON.readTree(out.toString()).at("/dataSets/1");
        assertThat(set.at("/name").asText()).isEqualTo("SL");
        assertThat(set.at("/dimension").asInt()).isEqualTo(HandmadeEncoder.DIMENSION);
        assertThat(set.at("/results/0/recall").asDouble()).isEqualTo(1.0);

        String other = folder.resolve("other").toString();
        whence(
                "reference",
                "build",
                "--images",
                "demo/pack/reference.zip",
                "--out",
                other,
                "--name",
                "reference",
                "--encoder",
                HandmadeEncoder.write(folder.resolve("fine"), 2).toString());
        assertThat(execute("attribute", "--model", model, "--reference", other, "demo/pack/known/vae.zip"))
                .isNotZero();
        assertThat(err.toString()).contains("embed differently in the space SL");
    }

    private void whence(String... arguments) {
        assertThat(execute(arguments)).as(err.toString()).isZero();
    }

    private int execute(String... arguments) {
        return InProcess.whence(out, err, arguments);
    }
}
