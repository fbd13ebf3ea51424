package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does with a reference in a folder. */
final class ReferenceCommandIT {
    private static final String MODEL = "demo/model";
    private static final String IMAGES = "demo/pack/known/vae.zip";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String reference = "";

    @BeforeEach
    void buildTheReferenceOfTheModel() throws IOException {
        reference = folder.resolve("reference").toString();
        List<String> spaces = new ArrayList<>();
        new ObjectMapper()
                .readTree(Path.of(MODEL, "model.json").toFile())
                .get("spaces")
                .forEach(space -> spaces.add(space.get("name").asText()));
        assertThat(whence(
                        "reference",
                        "build",
                        "--images",
                        "demo/pack/reference.zip",
                        "--out",
                        reference,
                        "--spaces",
                        String.join(",", spaces)))
                .isZero();
    }

    private int whence(String... arguments) {
        out.getBuffer().setLength(0);
        return Whence.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private String attribute(String against) {
        assertThat(whence("attribute", "--model", MODEL, "--reference", against, "--json", IMAGES))
                .isZero();
        return out.toString();
    }

    @Test
    void aBundleRunsWithACopyOfItsReferenceAndSaysTheSame() {
        String copy = folder.resolve("copy").toString();
        assertThat(whence("reference", "copy", "--reference", reference, "--out", copy))
                .isZero();

        assertThat(attribute(copy)).isEqualTo(attribute(reference));
    }

    @Test
    void aWithdrawnImageIsNearestToNothing() throws IOException {
        String nearest = nearest(attribute(reference));
        assertThat(whence("reference", "withdraw", "--reference", reference, nearest))
                .isZero();
        assertThat(out.toString()).contains("1 withdrawn, 0 were before");

        String after = attribute(reference);

        assertThat(after).isNotEmpty().doesNotContain("\"nearest\":\"%s\"".formatted(nearest));
        assertThat(whence("reference", "compact", "--reference", reference)).isZero();
        assertThat(attribute(reference)).isEqualTo(after);
    }

    @Test
    void aBundleThatResizesRefusesAReferenceOfCrops() throws IOException {
        String crops = folder.resolve("crops").toString();
        assertThat(whence(
                        "reference",
                        "build",
                        "--images",
                        IMAGES,
                        "--out",
                        crops,
                        "--size",
                        "16",
                        "--framing",
                        "crops:4",
                        "--spaces",
                        "RGB"))
                .isZero();
        assertThat(Files.readString(Path.of(crops, "reference.json"))).contains("\"framing\" : \"crops:4\"");
        assertThat(whence("attribute", "--model", MODEL, "--reference", crops, IMAGES))
                .isNotZero();
        assertThat(err.toString()).contains("frames images by resize", "by crops:4", "--framing resize");
        assertThat(whence("doctor", "--reference", crops, "--json")).isLessThan(2);
    }

    @Test
    void anUnknownFramingIsRefused() {
        String other = folder.resolve("other").toString();
        assertThat(whence("reference", "build", "--images", IMAGES, "--out", other, "--framing", "crops:99"))
                .isNotZero();
        assertThat(err.toString()).contains("A framing is resize or crops:N, N from 1 to 16, and not 'crops:99'");
        assertThat(Path.of(other)).doesNotExist();
    }

    private static String nearest(String lines) throws IOException {
        return new ObjectMapper()
                .readTree(lines.lines().findFirst().orElseThrow())
                .at("/spaces/0/nearest")
                .asText();
    }

    @Test
    void theDoctorFindsAllWellAndThenADamagedBundle() throws IOException {
        whence("doctor", "--reference", reference, "--model", MODEL, "--json");
        // The disk of the machine that tests may be nearly full.
        assertThat(checks()).filteredOn(check -> !check.contains("disk")).allMatch(check -> check.startsWith("OK"));
        assertThat(checks()).contains("OK bundle", "OK bundle's reference", "OK FREQ recall", "OK native libraries");

        Path damaged = folder.resolve("model");
        Files.createDirectories(damaged);
        try (var files = Files.list(Path.of(MODEL))) {
            for (Path file : files.toList()) {
                Files.copy(file, damaged.resolve(file.getFileName().toString()));
            }
        }
        Files.writeString(damaged.resolve("attribute.onnx"), "This is no network.");

        assertThat(whence("doctor", "--model", damaged.toString(), "--json")).isEqualTo(2);
        assertThat(checks()).contains("FAIL bundle");
    }

    private List<String> checks() throws IOException {
        JsonNode report = new ObjectMapper().readTree(out.toString());
        return new ArrayList<>(StreamSupport.stream(report.get("checks").spliterator(), false)
                .map(check ->
                        check.get("level").asText() + " " + check.get("check").asText())
                .toList());
    }
}
