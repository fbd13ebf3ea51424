package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.projection.View;
import dev.whence.vectorstore.ReferenceStoreException;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import dev.whence.vectorstore.milvus.MilvusServer;
import dev.whence.vectorstore.milvus.MilvusSettings;
import dev.whence.vectorstore.milvus.MilvusStore;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does with a reference on a server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MilvusReferenceIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MODEL = "demo/model";
    private static final String IMAGES = "demo/pack/known/vae.zip";

    private final Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<String> spaces = new ArrayList<>();
    private MilvusServer server;
    private String local = "";

    MilvusReferenceIT(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeAll
    void startAServerAndBuildTheReferenceOfTheModel() throws IOException {
        server = MilvusServer.start();
        View.spaces(ModelBundle.open(Path.of(MODEL)).views()).forEach(space -> spaces.add(space.name()));
        local = folder.resolve("local").toString();
        assertThat(build(local)).isZero();
    }

    @AfterAll
    void stopTheServer() {
        if (server != null) {
            server.close();
        }
    }

    private int build(String reference, String... options) {
        List<String> arguments = new ArrayList<>(List.of("reference", "build", "--images", "demo/pack/reference.zip"));
        arguments.addAll(List.of("--out", reference, "--name", "fashion", "--spaces", String.join(",", spaces)));
        arguments.addAll(List.of(options));
        return whence(arguments.toArray(String[]::new));
    }

    private String copyToServer(String from, String name, String index) {
        String reference = folder.resolve(name).toString();
        assertThat(whence(
                        "reference",
                        "copy",
                        "--reference",
                        from,
                        "--out",
                        reference,
                        "--store",
                        "milvus",
                        "--uri",
                        server.uri(),
                        "--index",
                        index))
                .as(err.toString())
                .isZero();
        return reference;
    }

    private int whence(String... arguments) {
        return InProcess.whence(out, err, arguments);
    }

    private List<JsonNode> attribute(String against, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("attribute", "--model", MODEL, "--reference", against));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("--json", IMAGES));
        assertThat(whence(arguments.toArray(String[]::new))).as(err.toString()).isZero();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private List<String> doctor(String reference) throws IOException {
        whence("doctor", "--reference", reference, "--model", MODEL, "--json");
        JsonNode report = JSON.readTree(out.toString());
        return StreamSupport.stream(report.get("checks").spliterator(), false)
                .map(check ->
                        check.get("level").asText() + " " + check.get("check").asText())
                .filter(check -> !check.contains("disk"))
                .toList();
    }

    private static JsonNode manifest(String reference) throws IOException {
        return JSON.readTree(Path.of(reference, "reference.json").toFile());
    }

    private String collection(String reference) throws IOException {
        return manifest(reference)
                .at("/milvus/collections/%s/collection".formatted(spaces.get(0)))
                .asText();
    }

    @Test
    void aReferenceBuiltOnTheServerGivesTheVerdictsOfTheOneBuiltInAFolder() throws IOException {
        String built = folder.resolve("built").toString();
        assertThat(build(built, "--store", "milvus", "--uri", server.uri()))
                .as(err.toString())
                .isZero();

        assertThat(manifest(built).get("sha256")).isEqualTo(manifest(local).get("sha256"));
        assertThat(Path.of(built)).isDirectoryNotContaining("glob:**building");
        List<JsonNode> here = attribute(local);
        List<JsonNode> there = attribute(built);
        assertThat(there).hasSameSizeAs(here);
        for (int i = 0; i < here.size(); i++) {
            assertThat(there.get(i).get("verdict")).isEqualTo(here.get(i).get("verdict"));
            assertThat(there.get(i).get("confidence").asDouble())
                    .isCloseTo(here.get(i).get("confidence").asDouble(), within(1e-4));
            assertThat(there.get(i).at("/spaces/0/nearest"))
                    .isEqualTo(here.get(i).at("/spaces/0/nearest"));
        }
        assertThat(doctor(built)).allMatch(check -> check.startsWith("OK"));
        assertThat(out.toString()).contains("32 of 32 stored vectors find themselves");
    }

    @Test
    void anEncoderStaysInTheFolderOfAReferenceOnTheServer() throws IOException {
        String encoder = HandmadeEncoder.write(folder.resolve("encoder"), 4).toString();
        String there = folder.resolve("encoded").toString();
        assertThat(build(there, "--encoder", encoder, "--store", "milvus", "--uri", server.uri()))
                .as(err.toString())
                .isZero();
        String back = folder.resolve("decoded").toString();
        assertThat(whence("reference", "copy", "--reference", there, "--out", back))
                .as(err.toString())
                .isZero();

        for (String reference : List.of(there, back)) {
            whence("doctor", "--reference", reference);
            assertThat(out.toString())
                    .containsPattern("OK +SL encoder")
                    .containsPattern("OK +SL recall")
                    .doesNotContain("FAIL");
        }
    }

    @Test
    void aCopyToTheServerAndBackHoldsTheSame() throws IOException {
        String there = copyToServer(local, "there", "HNSW:M=16,efConstruction=100,ef=64");
        String back = folder.resolve("back").toString();
        assertThat(whence("reference", "copy", "--reference", there, "--out", back))
                .as(err.toString())
                .isZero();

        assertThat(manifest(back).get("sha256")).isEqualTo(manifest(local).get("sha256"));
        assertThat(attribute(back)).hasSameSizeAs(attribute(local));
        assertThat(doctor(back)).allMatch(check -> check.startsWith("OK"));
    }

    @Test
    void aNewBuildIsFollowedByThoseWhoAskForIt() throws IOException {
        String first = copyToServer(local, "first", "FLAT");
        String second = copyToServer(first, "second", "FLAT");

        assertThat(collection(second)).isNotEqualTo(collection(first));
        assertThat(doctor(first)).contains("WARN %s alias".formatted(spaces.get(0)));
        assertThat(doctor(second)).contains("OK %s alias".formatted(spaces.get(0)));
        try (MilvusStore store = MilvusStore.connect(MilvusSettings.of(server.uri()))) {
            for (String space : spaces) {
                store.drop(manifest(first)
                        .at("/milvus/collections/%s/collection".formatted(space))
                        .asText());
            }
        }
        assertThat(whence("attribute", "--model", MODEL, "--reference", first, IMAGES))
                .isEqualTo(1);
        assertThat(attribute(first, "--follow-alias")).hasSameSizeAs(attribute(local));
    }

    @Test
    void aWithdrawnImageIsGoneOnTheServer() throws IOException {
        String reference = copyToServer(local, "withdrawn", "FLAT");
        String nearest = attribute(reference).get(0).at("/spaces/0/nearest").asText();

        assertThat(whence("reference", "withdraw", "--reference", reference, nearest))
                .as(err.toString())
                .isZero();

        assertThat(attribute(reference))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.get("spaces"))
                        .allSatisfy(space ->
                                assertThat(space.get("nearest").asText()).isNotEqualTo(nearest)));
        assertThat(doctor(reference)).allMatch(check -> check.startsWith("OK"));
        assertThat(whence("reference", "compact", "--reference", reference)).isEqualTo(1);
        assertThat(err.toString()).contains("compacts by itself");
    }

    @Test
    void aCopyThatFailsLeavesNothingOnTheServer() throws IOException {
        Path noFolder = Files.writeString(folder.resolve("file"), "This is no folder.");
        String few = folder.resolve("few").toString();
        assertThat(whence("reference", "build", "--images", "demo/pack/broken.zip", IMAGES, "--out", few))
                .isZero();

        assertThat(whence(
                        "reference",
                        "copy",
                        "--reference",
                        few,
                        "--out",
                        noFolder.resolve("never").toString(),
                        "--store",
                        "milvus",
                        "--uri",
                        server.uri()))
                .isEqualTo(1);

        assertThat(err.toString()).contains("reference.json could not be written");
        String version = manifest(few).get("version").asText();
        try (MilvusStore store = MilvusStore.connect(MilvusSettings.of(server.uri()))) {
            for (String space : List.of("RGB", "FREQ", "RESIDUAL")) {
                assertThatThrownBy(() -> store.open("few_%s_%s_FLAT_1".formatted(space, version)))
                        .isInstanceOfSatisfying(
                                ReferenceStoreException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.MISSING));
            }
        }
    }

    @Test
    void rowsThatSomebodyDeletedAreNoticed() throws IOException {
        String reference = copyToServer(local, "tampered", "FLAT");
        try (MilvusStore store = MilvusStore.connect(MilvusSettings.of(server.uri()));
                var collection = store.open(collection(reference))) {
            collection.delete(List.of(collection.iterator().next().id()));
        }

        assertThat(whence("attribute", "--model", MODEL, "--reference", reference, IMAGES))
                .isEqualTo(1);
        assertThat(err.toString()).contains("is not the one that reference.json names");
        assertThat(doctor(reference)).contains("FAIL %s rows".formatted(spaces.get(0)));
    }

    @Test
    void isMeasuredBesideTheEmbeddedEngine() throws IOException {
        assertThat(whence(
                        "bench",
                        "search",
                        "--synthetic=2000:16",
                        "--batches=4",
                        "--k=1",
                        "--rounds=1",
                        "--seconds=0.05",
                        "--query-count=20",
                        "--uri=" + server.uri(),
                        "--json=-"))
                .as(err.toString())
                .isZero();
        JsonNode data = JSON.readTree(out.toString()).at("/dataSets/0");
        assertThat(data.at("/notMeasured")).isEmpty();
        List<String> measured = new ArrayList<>();
        for (JsonNode result : data.at("/results")) {
            measured.add(result.at("/engine").asText());
            if (result.at("/engine").asText().equals("Milvus FLAT")) {
                assertThat(result.at("/recall").asDouble()).isEqualTo(1.0);
                assertThat(result.at("/certified").asBoolean()).isFalse();
            }
        }
        assertThat(measured).contains("embedded", "Milvus FLAT", "Milvus HNSW");
    }
}
