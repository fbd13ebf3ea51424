package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whence.attributor.bundle.ModelBundle;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole study, small, of the shipped images. */
class StudyCommandIT {
    private static final Path PACK = Path.of("demo", "pack");

    @TempDir
    static Path folder;

    private static Path reference;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void prepare() throws Exception {
        reference = folder.resolve("reference");
        assertThat(Whence.commandLine()
                        .setOut(new PrintWriter(new StringWriter()))
                        .execute(
                                "reference",
                                "build",
                                "--images",
                                PACK.resolve("reference.zip").toString(),
                                "--out",
                                reference.toString(),
                                "--spaces",
                                "STATISTICS,RGB",
                                "--threads",
                                "1"))
                .isZero();
        copy("known", "dcgan", "realnvp");
        copy("unknown", "vae");
        Files.writeString(folder.resolve("generators.yaml"), """
                generators:
                  dcgan: {family: gan, loss: [bce], repo: a/b}
                  realnvp: {family: flow, loss: [nll]}
                """);
    }

    private static void copy(String to, String... generators) throws Exception {
        Path target = Files.createDirectories(folder.resolve(to));
        for (String generator : generators) {
            Files.copy(PACK.resolve("known").resolve(generator + ".zip"), target.resolve(generator + ".zip"));
        }
    }

    private int study(String... options) {
        return study(reference, options);
    }

    private int study(Path against, String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "study",
                "--reference",
                against.toString(),
                "--generated",
                folder.resolve("known").toString(),
                "--real",
                PACK.resolve("real.zip").toString(),
                "--threads",
                "1"));
        arguments.addAll(List.of(options));
        return Whence.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }

    @Test
    void aStudyAnswersItsNineQuestionsAndLeavesTheBundle() throws Exception {
        Path report = folder.resolve("study");
        assertThat(study(
                        "--unknown",
                        folder.resolve("unknown").toString(),
                        "--other-reference",
                        reference.toString(),
                        "--other-generated",
                        folder.resolve("known").toString(),
                        "--other-real",
                        PACK.resolve("real.zip").toString(),
                        "--spaces",
                        "STATISTICS/none,STATISTICS/mean,RGB/nearest",
                        "--epochs",
                        "1",
                        "--seeds",
                        "2",
                        "--test-share",
                        "0.12",
                        "--report",
                        report.toString()))
                .as(err.toString())
                .isZero();
        JsonNode json =
                new ObjectMapper().readTree(report.resolve("report.json").toFile());
        List<String> sections = new ArrayList<>();
        json.get("sections").forEach(section -> sections.add(section.get("id").asText()));
        assertThat(sections)
                .containsExactly(
                        "attribution",
                        "open-set",
                        "enrolment",
                        "sets",
                        "robustness",
                        "transfer",
                        "designs",
                        "pictures",
                        "maps");
        List<String> rows = new ArrayList<>();
        json.get("sections")
                .get(0)
                .get("rows")
                .forEach(row -> rows.add(row.get("name").asText()));
        assertThat(rows)
                .containsExactly(
                        "STATISTICS/none",
                        "STATISTICS/nearest",
                        "STATISTICS/mean",
                        "RGB/none",
                        "RGB/nearest",
                        "fused without artifacts",
                        "fused without raw embeddings",
                        "fused",
                        "azimuthal spectrum, linear (Durall 2020)",
                        "residual correlation (Marra 2019)");
        JsonNode fused = json.get("sections").get(0).get("rows").get(7);
        assertThat(fused.get("seeds").asInt()).isEqualTo(2);
        assertThat(fused.get("balancedAccuracy").asDouble()).isBetween(0.95, 1.0);
        assertThat(fused.get("balancedAccuracyDeviation").asDouble()).isBetween(0.0, 0.05);
        assertThat(fused.get("auroc").asDouble()).isBetween(0.5, 1.0);
        // The set against itself: its own families come out.
        JsonNode transfer = json.get("sections").get(5).get("rows");
        assertThat(transfer.get(0).get("family").asText()).isEqualTo("flow");
        assertThat(transfer.get(0).get("recall").asDouble()).isGreaterThan(0.9);
        assertThat(json.get("sections")
                        .get(6)
                        .get("rows")
                        .get(0)
                        .get("property")
                        .asText())
                .isIn("family", "loss");
        assertThat(Files.readString(report.resolve("robustness.csv"))).contains("jpeg-50", "blur");
        assertThat(Files.readString(report.resolve("report.html"))).contains("x* in RGB");
        assertThat(ModelBundle.open(report.resolve("model")).views()).hasSize(3);
        assertThat(out.toString()).contains("report.html");
    }

    @Test
    void aStudyAgainstAReferenceOfCropsCountsImages() throws Exception {
        Path crops = folder.resolve("reference-of-crops");
        assertThat(Whence.commandLine()
                        .setOut(new PrintWriter(new StringWriter()))
                        .execute(
                                "reference",
                                "build",
                                "--images",
                                PACK.resolve("reference.zip").toString(),
                                "--out",
                                crops.toString(),
                                "--size",
                                "16",
                                "--framing",
                                "crops:2",
                                "--spaces",
                                "RGB",
                                "--threads",
                                "1"))
                .isZero();
        Path report = folder.resolve("study-of-crops");

        assertThat(study(
                        crops,
                        "--unknown",
                        folder.resolve("unknown").toString(),
                        "--projection",
                        "nearest",
                        "--epochs",
                        "1",
                        "--seeds",
                        "1",
                        "--test-share",
                        "0.12",
                        "--report",
                        report.toString()))
                .as(err.toString())
                .isZero();

        JsonNode json =
                new ObjectMapper().readTree(report.resolve("report.json").toFile());
        assertThat(json.get("facts").get(0).asText()).contains("2,000 real images of 16 pixels (crops:2)");
        ModelBundle bundle = ModelBundle.open(report.resolve("model"));
        assertThat(bundle.manifest().framing().label()).isEqualTo("crops:2");
        JsonNode novelty = json.get("sections").get(1).get("rows").get(0);
        try (Sources vae = new Sources(List.of(folder.resolve("unknown/vae.zip")))) {
            assertThat(novelty.get("images").asLong()).isEqualTo(vae.count());
        }
        assertThat(Files.readString(report.resolve("report.html"))).contains("x* in RGB");
    }

    @Test
    void anUnknownGeneratorThatTrainingWouldSeeIsRefused() {
        assertThat(study(
                        "--unknown",
                        folder.resolve("known").toString(),
                        "--report",
                        folder.resolve("no").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("dcgan is in --generated too");
        assertThat(study("--seeds", "0", "--report", folder.resolve("no").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("at least 1 seed");
        assertThat(study(
                        "--other-reference",
                        "x",
                        "--report",
                        folder.resolve("no").toString()))
                .isEqualTo(2);
    }
}
