package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.onnx.OnnxGraph;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stranger's encoder with an encoder.json written by hand, from the reference to the verdict. */
final class EncoderCommandIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int DIMENSION = 3 * 4 * 4;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void anEncoderIsASpaceInEveryCommand() throws Exception {
        String encoder = encoder(4).toString();
        String reference = folder.resolve("reference").toString();
        String model = folder.resolve("model").toString();
        whence("reference", "build", "--images", "demo/pack/reference.zip", "--out", reference, "--encoder", encoder);
        assertThat(out.toString()).contains("[RGB, FREQ, RESIDUAL, SL]");

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
        JsonNode set = JSON.readTree(out.toString()).at("/dataSets/3");
        assertThat(set.at("/name").asText()).isEqualTo("SL");
        assertThat(set.at("/dimension").asInt()).isEqualTo(DIMENSION);
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
                encoder(2).toString());
        assertThat(execute("attribute", "--model", model, "--reference", other, "demo/pack/known/vae.zip"))
                .isNotZero();
        assertThat(err.toString()).contains("embed differently in the space SL");
    }

    private void whence(String... arguments) {
        assertThat(execute(arguments)).as(err.toString()).isZero();
    }

    private int execute(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Whence.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    /** Largest values of 4 x 4 fields of an image, after smaller fields of this side were averaged. */
    private Path encoder(int side) throws IOException {
        OnnxGraph graph = new OnnxGraph("encoder");
        long[] small = {side, side};
        long[] large = {16 / side, 16 / side};
        String means = graph.node(
                "AveragePool", List.of(graph.input("x", 3, 64, 64)), Map.of("kernel_shape", small, "strides", small));
        graph.node("MaxPool", List.of(means), Map.of("kernel_shape", large, "strides", large), "pooled");
        graph.node("Softmax", List.of("pooled"), Map.of(), "logits");
        graph.output("logits", 3, 4, 4);
        Path encoder = Files.createDirectories(folder.resolve("encoder" + side));
        Files.write(encoder.resolve("pools.onnx"), graph.toBytes());
        Files.writeString(encoder.resolve("encoder.json"), """
                {"format": 1, "name": "SL", "file": "pools.onnx", "sha256": "%s", "size": 64, "layout": "NCHW",
                 "mean": [0.5, 0.5, 0.5], "deviation": [0.5, 0.5, 0.5], "output": "pooled", "dimension": %d,
                 "trainedOn": {"images": "none"}}
                """.formatted(Hashes.sha256(graph.toBytes()), DIMENSION));
        return encoder;
    }
}
