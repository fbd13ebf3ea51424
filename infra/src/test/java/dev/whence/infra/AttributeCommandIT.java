package dev.whence.infra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whence.ingest.ImageSource;
import dev.whence.ingest.SourceImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AttributeCommandIT {
    private static final Path PACK = Path.of("demo/pack");
    private static final String MODEL = "demo/model";
    private static final List<String> FIELDS =
            List.of("image", "verdict", "generator", "confidence", "novelty", "candidates", "spaces", "error");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;

    private static String reference = "";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void buildTheReferenceAndSomeImages() throws Exception {
        reference = folder.resolve("reference").toString();
        String spaces = String.join(",", spacesOfTheModel());
        assertThat(Whence.commandLine()
                        .execute(
                                "reference",
                                "build",
                                "--images",
                                PACK.resolve("reference.zip").toString(),
                                "--out",
                                reference,
                                "--spaces",
                                spaces))
                .isZero();
        Files.createDirectories(folder.resolve("images"));
        try (ImageSource images = ImageSource.open(PACK.resolve("known/vae.zip"))) {
            for (int i = 0; i < 3; i++) {
                byte[] bytes = ((SourceImage.Bytes) images.next().content()).bytes();
                Files.write(folder.resolve("images").resolve(i + ".png"), bytes);
            }
        }
        Files.writeString(folder.resolve("images/1-broken.png"), "This is no image.", UTF_8);
    }

    private static List<String> spacesOfTheModel() throws Exception {
        List<String> spaces = new ArrayList<>();
        JSON.readTree(Path.of(MODEL, "model.json").toFile())
                .get("spaces")
                .forEach(space -> spaces.add(space.get("name").asText()));
        return spaces;
    }

    @BeforeEach
    void forgetOutput() {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
    }

    private int whence(String... arguments) {
        return Whence.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private List<JsonNode> attribute(String... sources) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("attribute", "--model", MODEL, "--reference", reference, "--json"));
        arguments.addAll(List.of(sources));
        assertThat(whence(arguments.toArray(String[]::new))).as(err.toString()).isZero();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    @Test
    void everyImageIsOneLineInItsOrderWithAllFields() throws Exception {
        List<JsonNode> lines = attribute(
                folder.resolve("images").toString(), PACK.resolve("broken.zip").toString());
        assertThat(lines)
                .hasSize(9)
                .allSatisfy(line -> assertThat(line.fieldNames()).toIterable().containsExactlyElementsOf(FIELDS));
        assertThat(lines.stream().limit(4).map(line -> line.get("image").asText()))
                .map(image -> Path.of(image).getFileName().toString())
                .containsExactly("0.png", "1-broken.png", "1.png", "2.png");
        assertThat(lines.get(4).get("image").asText()).contains("broken.zip!/");
    }

    @Test
    void probabilitiesSumToOneAndComeSortedWithRealAmongThem() throws Exception {
        JsonNode line = attribute(folder.resolve("images/0.png").toString()).get(0);
        List<Double> probabilities = new ArrayList<>();
        List<String> generators = new ArrayList<>();
        line.get("candidates").forEach(candidate -> {
            generators.add(candidate.get("generator").asText());
            probabilities.add(candidate.get("probability").asDouble());
        });
        assertThat(generators).containsExactlyInAnyOrder("real", "dcgan", "lsgan", "realnvp", "vae");
        assertThat(probabilities).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(probabilities.stream().mapToDouble(Double::doubleValue).sum())
                .isCloseTo(1, within(1e-9));
        assertThat(line.get("confidence").asDouble()).isEqualTo(probabilities.get(0));
        assertThat(line.get("error").isNull()).isTrue();
        assertThat(line.get("spaces"))
                .isNotEmpty()
                .allSatisfy(space -> assertThat(space.fieldNames())
                        .toIterable()
                        .containsExactly("space", "distance", "nearest", "artifactNorm"));
    }

    @Test
    void brokenFilesCarryACodeAndASentenceAndStopNobody() throws Exception {
        List<JsonNode> lines = attribute(PACK.resolve("broken.zip").toString());
        assertThat(lines).hasSize(5).allSatisfy(line -> {
            assertThat(line.get("verdict").isNull()).isTrue();
            assertThat(line.get("candidates")).isEmpty();
            assertThat(line.get("error").get("message").asText()).isNotBlank();
        });
        assertThat(lines.stream().map(line -> line.get("error").get("code").asText()))
                .contains("EMPTY_IMAGE", "UNSUPPORTED_FORMAT", "TOO_MANY_PIXELS", "CORRUPT_IMAGE");
    }

    @Test
    void imagesOfOneSourceAreAnsweredTogetherAfterThemselves() throws Exception {
        String images = folder.resolve("images").toString();
        String broken = PACK.resolve("broken.zip").toString();
        List<JsonNode> lines = attribute("--together", images, broken);
        assertThat(lines).hasSize(4 + 1 + 5 + 1);
        JsonNode together = lines.get(4);
        assertThat(together.get("together").asText()).isEqualTo(images);
        assertThat(together.get("images").asInt()).isEqualTo(3);
        assertThat(together.get("verdict").asText()).isEqualTo("KNOWN_GENERATOR");
        assertThat(together.get("generator").asText()).isEqualTo("vae");
        // Three images of one generator are surer together than the least sure of them.
        assertThat(together.get("confidence").asDouble())
                .isGreaterThan(Stream.of(0, 2, 3)
                        .mapToDouble(i -> lines.get(i).get("confidence").asDouble())
                        .min()
                        .orElseThrow());
        JsonNode nothing = lines.get(10);
        assertThat(nothing.get("together").asText()).isEqualTo(broken);
        assertThat(nothing.get("images").asInt()).isZero();
        assertThat(nothing.get("verdict").isNull()).isTrue();
        assertThat(nothing.get("error").get("code").asText()).isEqualTo("NO_IMAGES");
    }

    @Test
    void aSingleImageSaysTheSameTogether() throws Exception {
        List<JsonNode> lines =
                attribute("--together", folder.resolve("images/0.png").toString());
        assertThat(lines).hasSize(2);
        for (String field : List.of("verdict", "generator")) {
            assertThat(lines.get(1).get(field)).isEqualTo(lines.get(0).get(field));
        }
        for (String field : List.of("confidence", "novelty")) {
            assertThat(lines.get(1).get(field).asDouble())
                    .isCloseTo(lines.get(0).get(field).asDouble(), within(1e-9));
        }
    }

    @Test
    void theTableNamesWhatWasAnsweredTogether() {
        assertThat(whence(
                        "attribute",
                        "--model",
                        MODEL,
                        "--reference",
                        reference,
                        "--together",
                        folder.resolve("images").toString()))
                .isZero();
        assertThat(out.toString().lines().toList()).hasSize(6).last().asString().endsWith(", 3 images together");
    }

    @Test
    void aSourceThatDoesNotExistIsWrongUse() {
        assertThat(whence("attribute", "--model", MODEL, "--reference", reference, "no-such.png"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("There is no no-such.png").doesNotContain("\tat ");
    }

    @Test
    void refusesAnEngineThatDoesNotRunHereInOneSentence() {
        assumeFalse(Files.exists(Path.of("/dev/nvidia0")), "A machine without a GPU is needed");

        assertThat(whence(
                        "attribute",
                        "--engine",
                        "cuda",
                        "--model",
                        MODEL,
                        "--reference",
                        reference,
                        PACK.resolve("broken.zip").toString()))
                .isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .startsWith("whence: The engine cuda does not run here (")
                .contains("use another --engine")
                .hasLineCount(1);
    }

    @Test
    void aModelThatDoesNotExistFailsAndSaysWhatMakesOne() {
        assertThat(whence("attribute", "--model", "no-such-model", "--reference", reference, PACK.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("no-such-model").contains("whence train");
    }
}
