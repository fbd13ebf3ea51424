package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whence.attributor.onnx.OnnxGraph;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BenchSearchCommandIT {
    private static final List<String> QUICK = List.of("--rounds", "2", "--seconds", "0.02", "--query-count", "20");

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void measuresEveryEngineOnEveryDataSetAndTheEmbeddedOneIsExact() throws Exception {
        assertThat(bench("--synthetic 900:24 --gaussian 500:8 --batches 1,7 --k 1,5 --sample 20 --scaling --json -"))
                .as(err.toString())
                .isZero();
        JsonNode figures = new ObjectMapper().readTree(out.toString());
        assertThat(figures.at("/machine/cores").asInt()).isPositive();
        assertThat(figures.at("/limits/gigaflopsPerSecond").asDouble()).isPositive();
        assertThat(figures.at("/method/rounds").asInt()).isEqualTo(2);
        assertThat(figures.at("/dataSets")).hasSize(2);
        for (JsonNode data : figures.at("/dataSets")) {
            assertThat(data.at("/notMeasured/Milvus FLAT").asText()).isEqualTo("no --uri");
            assertThat(data.at("/scaling")).hasSize(2);
            assertThat(data.at("/results")).hasSize(4 * 2 * 2);
            for (JsonNode result : data.at("/results")) {
                assertThat(result.at("/queriesPerSecond/min").asDouble()).isPositive();
                assertThat(result.at("/p99Millis").asDouble())
                        .isGreaterThanOrEqualTo(result.at("/p50Millis").asDouble());
                assertThat(result.at("/timesGemm").asDouble()).isPositive();
                if (result.at("/role").asText().equals("subject")) {
                    assertThat(result.at("/recall").asDouble()).isEqualTo(1.0);
                    assertThat(result.at("/certified").asBoolean()).isTrue();
                    assertThat(result.at("/readShare").asDouble()).isPositive();
                    assertThat(result.at("/diskShare").asDouble()).isGreaterThanOrEqualTo(1);
                } else {
                    assertThat(result.at("/certified").asBoolean()).isFalse();
                }
            }
        }
    }

    @Test
    void printsATableAndWritesTheSameFiguresAsJson() throws Exception {
        Path file = folder.resolve("figures.json");
        assertThat(bench("--gaussian 300:8 --batches 4 --k 3 --json " + file))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("k 3, batch 4", "embedded", "plain GEMM, constant")
                .contains("Milvus HNSW: not measured: no --uri");
        assertThat(new ObjectMapper()
                        .readTree(Files.readString(file))
                        .at("/dataSets/0/results/0/k")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void searchesInEverySpaceOfAReferenceAndEmbedsTheQueriesOnce() throws Exception {
        Path reference = folder.resolve("reference");
        Path cache = folder.resolve("cache");
        assertThat(execute(List.of(
                        "reference",
                        "build",
                        "--images",
                        "demo/pack/reference.zip",
                        "--out",
                        reference.toString(),
                        "--spaces",
                        "RESIDUAL,STATISTICS")))
                .as(err.toString())
                .isZero();
        String options = "--reference %s --queries demo/pack/real.zip demo/pack/known/vae.zip --queries-per-source 20"
                .formatted(reference);
        List<List<String>> kept = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            out.getBuffer().setLength(0);
            assertThat(bench(options + " --batches 8 --k 2 --json - --cache " + cache))
                    .as(err.toString())
                    .isZero();
            JsonNode sets = new ObjectMapper().readTree(out.toString()).at("/dataSets");
            assertThat(sets.findValuesAsText("name")).containsExactly("RESIDUAL", "STATISTICS");
            for (JsonNode set : sets) {
                assertThat(set.at("/queries").asInt()).isEqualTo(40);
                assertThat(set.at("/results/0/engine").asText()).isEqualTo("embedded");
                assertThat(set.at("/results/0/recall").asDouble()).isEqualTo(1.0);
            }
            kept.add(filesOf(cache));
        }
        assertThat(kept.get(0)).isNotEmpty().isEqualTo(kept.get(1));
    }

    @Test
    void searchesInImagesThatAnyEncoderEmbeds() throws Exception {
        OnnxGraph graph = new OnnxGraph("encoder");
        graph.node(
                "MaxPool", List.of(graph.input("x", 3, 16, 16)), Map.of("kernel_shape", new long[] {4, 4}), "pooled");
        graph.node("Neg", List.of("pooled"), Map.of(), "last");
        graph.output("last", 3, 13, 13);
        Path file = Files.write(folder.resolve("encoder.onnx"), graph.toBytes());
        assertThat(bench("--onnx %s --tensor pooled --input-size 16 --images demo/pack/reference.zip".formatted(file)
                        + " --queries demo/pack/real.zip --batches 8 --k 2 --json -"))
                .as(err.toString())
                .isZero();
        JsonNode set = new ObjectMapper().readTree(out.toString()).at("/dataSets/0");
        assertThat(set.at("/dimension").asInt()).isEqualTo(3 * 13 * 13);
        assertThat(set.at("/results/0/recall").asDouble()).isEqualTo(1.0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--batches 1",
                "--synthetic 900",
                "--reference demo/model",
                "--onnx encoder.onnx --queries demo/pack/real.zip",
                "--synthetic 900:8 --images demo/pack/real.zip",
                "--synthetic 900:8 --onnx encoder.onnx --images a.zip --queries a.zip --mean 1,2",
                "--synthetic 900:8 --layout CHWN",
                "--synthetic 900:8 --uri http://127.0.0.1:1 --hnsw FLAT",
                "--synthetic 900:8 --uri http://127.0.0.1:1 --hnsw HNSW:ef=0",
                "--synthetic 900:0",
                "--synthetic 900:8 --k 65",
                "--synthetic 900:8 --batches 0",
                "--synthetic 900:8 --seconds 0"
            })
    void refusesWrongUseInOneSentence(String options) {
        assertThat(bench(options)).isEqualTo(2);
        assertThat(err.toString()).startsWith("whence: ").doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
    }

    private int bench(String options) {
        List<String> arguments = new ArrayList<>(List.of("bench", "search"));
        arguments.addAll(Stream.of(options.split(" ")).toList());
        for (int i = 0; i < QUICK.size(); i += 2) {
            if (!arguments.contains(QUICK.get(i))) {
                arguments.addAll(QUICK.subList(i, i + 2));
            }
        }
        return execute(arguments);
    }

    private int execute(List<String> arguments) {
        return Whence.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }

    /** With their times: a file that is written again is another one. */
    private static List<String> filesOf(Path folder) throws IOException {
        List<String> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
                files.add(file + " " + Files.getLastModifiedTime(file));
            }
        }
        return files;
    }
}
