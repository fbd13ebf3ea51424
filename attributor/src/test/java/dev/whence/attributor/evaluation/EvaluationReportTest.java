package dev.whence.attributor.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whence.attributor.Attributor.ModelIdentity;
import dev.whence.attributor.Attributor.ReferenceIdentity;
import dev.whence.attributor.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationReportTest {
    private static final List<String> CLASSES = List.of("real", "<script>alert('x')</script>");

    @TempDir
    Path folder;

    @Test
    void reportJsonKeepsItsNames() throws IOException {
        JsonNode json =
                new ObjectMapper().readTree(write().resolve("report.json").toFile());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "model",
                        "reference",
                        "images",
                        "excluded",
                        "accuracy",
                        "balancedAccuracy",
                        "perClass",
                        "confusion",
                        "calibrationError",
                        "reliability",
                        "negativeLogLikelihood",
                        "verdicts",
                        "answered",
                        "meanNovelty",
                        "fdr",
                        "unknown",
                        "sets");
        assertThat(json.at("/unknown").fieldNames())
                .toIterable()
                .containsExactly(
                        "images",
                        "verdicts",
                        "topCandidates",
                        "meanNovelty",
                        "auroc",
                        "oscr",
                        "fprAt95Tpr",
                        "generators");
        assertThat(json.at("/unknown/generators/0").fieldNames())
                .toIterable()
                .containsExactly(
                        "name", "images", "verdicts", "topCandidates", "meanNovelty", "auroc", "oscr", "fprAt95Tpr");
        assertThat(json.at("/sets/0").fieldNames())
                .toIterable()
                .containsExactly(
                        "size",
                        "sets",
                        "accuracy",
                        "balancedAccuracy",
                        "calibrationError",
                        "negativeLogLikelihood",
                        "unknownSets",
                        "auroc",
                        "oscr",
                        "fprAt95Tpr");
        assertThat(json.at("/images").asInt()).isEqualTo(2);
        assertThat(json.at("/excluded").asInt()).isEqualTo(3);
        assertThat(json.at("/accuracy").asDouble()).isEqualTo(0.5);
        assertThat(json.at("/balancedAccuracy").asDouble()).isEqualTo(0.5);
        assertThat(json.at("/perClass/0/name").asText()).isEqualTo("real");
        assertThat(json.at("/perClass/0/support").asInt()).isEqualTo(2);
        assertThat(json.at("/perClass/0/recall").asDouble()).isEqualTo(0.5);
        assertThat(json.at("/confusion/matrix").toString()).isEqualTo("[[1,1],[0,0]]");
        assertThat(json.at("/reliability")).hasSize(15);
        assertThat(json.at("/unknown/generators/0/name").asText()).isEqualTo("\"quoted\" & <new>");
        assertThat(json.at("/unknown/verdicts/NEW_GENERATOR").asInt()).isEqualTo(1);
        assertThat(json.at("/unknown/auroc").asDouble()).isEqualTo(1);
        assertThat(json.at("/unknown/generators/0/oscr").asDouble()).isEqualTo(0.5);
        assertThat(json.at("/unknown/fprAt95Tpr").asDouble()).isZero();
        assertThat(json.at("/sets")).hasSize(5);
        assertThat(json.at("/sets/0/sets").asInt()).isEqualTo(2);
        assertThat(json.at("/sets/1/size").asInt()).isEqualTo(3);
        assertThat(json.at("/model/name").asText()).isEqualTo("fashion");
        assertThat(json.at("/reference/version").asText()).isEqualTo("1");
    }

    @Test
    void aFigureWithoutImagesIsNullInJson() throws IOException {
        JsonNode json =
                new ObjectMapper().readTree(write().resolve("report.json").toFile());
        assertThat(json.at("/perClass/1/recall").isNull()).isTrue();
        assertThat(json.at("/reliability/0/accuracy").isNull()).isTrue();
        assertThat(json.at("/fdr").isNull()).isTrue();
        assertThat(json.at("/sets/1/balancedAccuracy").isNull()).isTrue();
        assertThat(json.at("/sets/1/auroc").isNull()).isTrue();
    }

    @Test
    void thePageEscapesEveryNameAndLoadsNothing() throws IOException {
        String page = Files.readString(write().resolve("report.html"));
        assertThat(page)
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;")
                .contains("&quot;quoted&quot; &amp; &lt;new&gt;")
                .contains("AUROC, unknown sources", "Images of a set", "1.000")
                .doesNotContain("<script", "src=", "href=", "url(", "@import", "NaN");
    }

    @Test
    void anEvaluationOfNothingCanBeWritten() throws IOException {
        new EvaluationReport(Evaluation.of(CLASSES, List.of()), List.of(), model(), new ReferenceIdentity("r", "1"), 0)
                .write(folder);
        assertThat(Files.readString(folder.resolve("report.html")))
                .contains("n/a")
                .doesNotContain("NaN");
        assertThat(new ObjectMapper()
                        .readTree(folder.resolve("report.json").toFile())
                        .at("/accuracy")
                        .isNull())
                .isTrue();
    }

    private Path write() throws IOException {
        List<LabelledAttribution> images = List.of(
                LabelledAttributions.of(CLASSES, "real", Verdict.REAL, 1, 0.9, 0.1),
                LabelledAttributions.of(CLASSES, "real", Verdict.UNSURE, 1, 0.45, 0.55),
                LabelledAttributions.of(CLASSES, "\"quoted\" & <new>", Verdict.NEW_GENERATOR, 5, 0.3, 0.7));
        Evaluation evaluation = Evaluation.of(CLASSES, images);
        List<SetEvaluation> sets = SetEvaluation.of(CLASSES, images, set -> set.get(0));
        Path out = folder.resolve("new/folder");
        new EvaluationReport(evaluation, sets, model(), new ReferenceIdentity("fashion", "1"), 3).write(out);
        return out;
    }

    private static ModelIdentity model() {
        return new ModelIdentity("fashion", "3", "ab".repeat(32), "OnnxRuntime 1.29.0", "fp32");
    }
}
