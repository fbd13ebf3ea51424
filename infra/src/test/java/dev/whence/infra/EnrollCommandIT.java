package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whence.ingest.ImageSource;
import dev.whence.ingest.SourceImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A generator becomes known beside the demo's bundle. */
final class EnrollCommandIT {
    private static final Path PACK = Path.of("demo/pack");
    private static final String MODEL = "demo/model";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;

    private static String reference = "";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void buildTheReferenceAndTheImages() throws Exception {
        reference = folder.resolve("reference").toString();
        assertThat(Whence.commandLine()
                        .execute(
                                "reference",
                                "build",
                                "--images",
                                PACK.resolve("reference.zip").toString(),
                                "--out",
                                reference,
                                "--spaces",
                                "FREQ,RESIDUAL"))
                .isZero();
        Files.createDirectories(folder.resolve("examples"));
        Files.createDirectories(folder.resolve("others"));
        try (ImageSource images = ImageSource.open(PACK.resolve("known/vae.zip"))) {
            for (int i = 0; i < 40; i++) {
                byte[] bytes = ((SourceImage.Bytes) images.next().content()).bytes();
                BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes));
                ImageIO.write(
                        chequered(image),
                        "png",
                        folder.resolve(i < 10 ? "examples" : "others")
                                .resolve(i + ".png")
                                .toFile());
            }
        }
    }

    /** What no generator of the pack makes. */
    private static BufferedImage chequered(BufferedImage image) {
        BufferedImage changed = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int level = Math.min(255, (image.getRGB(x, y) & 0xFF) / 2 + ((x + y) % 2 == 0 ? 60 : 0));
                changed.setRGB(x, y, level << 16 | level << 8 | level);
            }
        }
        return changed;
    }

    private int whence(String... arguments) {
        return InProcess.whence(out, err, arguments);
    }

    private int enroll(Path catalogue, String... more) {
        List<String> arguments = new ArrayList<>(List.of("enroll", "--model", MODEL, "--reference", reference));
        arguments.addAll(List.of("--catalogue", catalogue.toString()));
        arguments.addAll(List.of(more));
        return whence(arguments.toArray(String[]::new));
    }

    /** How many of the images are given to the generator. */
    private long givenTo(String generator, Path source, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("attribute", "--model", MODEL, "--reference", reference));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--json", source.toString()));
        assertThat(whence(arguments.toArray(String[]::new))).as(err.toString()).isZero();
        long given = 0;
        for (String line : out.toString().lines().toList()) {
            JsonNode outcome = JSON.readTree(line);
            boolean known = outcome.get("verdict").asText().equals("KNOWN_GENERATOR");
            given += known && outcome.get("generator").asText().equals(generator) ? 1 : 0;
        }
        return given;
    }

    @Test
    void tenImagesMakeAGeneratorKnown() throws Exception {
        Path catalogue = folder.resolve("catalogue.json");
        String examples = folder.resolve("examples").toString();
        String broken = PACK.resolve("broken.zip").toString();
        assertThat(enroll(catalogue, "--name", "chequer", "--family", "test", examples, broken))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("chequer enrolled by 10 images; version 1, 1 generators");
        assertThat(err.toString().lines()).hasSize(5);

        Path others = folder.resolve("others");
        assertThat(givenTo("chequer", others)).isZero();
        assertThat(givenTo("chequer", others, "--catalogue", catalogue.toString()))
                .isGreaterThanOrEqualTo(27);
        Path vae = PACK.resolve("known/vae.zip");
        assertThat(givenTo("chequer", vae, "--catalogue", catalogue.toString())).isLessThan(30);
        assertThat(givenTo("vae", vae, "--catalogue", catalogue.toString())).isGreaterThan(540);

        assertThat(enroll(catalogue, "--name", "chequer", examples)).isEqualTo(1);
        assertThat(err.toString()).contains("chequer is enrolled already: --overwrite enrolls it anew.");
        assertThat(enroll(catalogue, "--name", "chequer", "--overwrite", examples))
                .isZero();
        assertThat(out.toString()).contains("version 2, 1 generators");
    }

    @Test
    void whatCannotBeEnrolledIsSaidInASentenceAndWritesNothing() {
        Path catalogue = folder.resolve("none.json");
        String examples = folder.resolve("examples").toString();
        assertThat(enroll(catalogue, "--name", "vae", examples)).isEqualTo(1);
        assertThat(err.toString()).contains("was trained on vae: it is known already");
        assertThat(enroll(catalogue, "--name", "x", PACK.resolve("broken.zip").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("None of the images can be attributed: x was not enrolled.");
        Stream.of("--loss 1 --name x", "--loss 0 --name x").forEach(wrong -> {
            List<String> arguments = new ArrayList<>(List.of(wrong.split(" ")));
            arguments.add(examples);
            assertThat(enroll(catalogue, arguments.toArray(String[]::new))).isEqualTo(2);
            assertThat(err.toString()).contains("--loss must be between 0 and 1");
        });
        assertThat(enroll(catalogue, "--name", "a\u0007b", examples)).isEqualTo(2);
        assertThat(catalogue).doesNotExist();
        assertThat(whence(
                        "attribute",
                        "--model",
                        MODEL,
                        "--reference",
                        reference,
                        "--catalogue",
                        catalogue.toString(),
                        examples))
                .isEqualTo(1);
        assertThat(err.toString()).contains("none.json cannot be read");
    }
}
