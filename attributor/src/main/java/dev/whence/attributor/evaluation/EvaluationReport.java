package dev.whence.attributor.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whence.attributor.Attributor.ModelIdentity;
import dev.whence.attributor.Attributor.ReferenceIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An evaluation with what was evaluated, for programs ({@code report.json}) and for people ({@code report.html}).
 *
 * <p>The names in report.json are stable: {@code model}, {@code reference}, {@code images} (of known sources), {@code excluded},
 * {@code accuracy}, {@code balancedAccuracy}, {@code perClass} [{name, support, recall}], {@code confusion} {classes, matrix (rows are the
 * truth)}, {@code calibrationError}, {@code reliability} [{from, to, images, confidence, accuracy}], {@code negativeLogLikelihood},
 * {@code verdicts}, {@code answered} {share, accuracy}, {@code meanNovelty}, {@code fdr} of the fingerprints, {@code unknown} {images,
 * verdicts, topCandidates, meanNovelty, auroc, oscr, fprAt95Tpr, generators [{name and the same}]}, {@code sets} [{size, sets, accuracy,
 * balancedAccuracy, calibrationError, negativeLogLikelihood, unknownSets, auroc, oscr, fprAt95Tpr}]. A figure that no image stands
 * behind is null.
 *
 * @param sets the same images in sets of one source each; may be empty
 * @param excluded images that training saw or that could not be decoded, and so are in no figure
 */
public record EvaluationReport(
        Evaluation evaluation,
        List<SetEvaluation> sets,
        ModelIdentity model,
        ReferenceIdentity reference,
        int excluded) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * Writes report.json and report.html, over older ones.
     *
     * @param folder made where it does not exist
     */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("report.json"), JSON.writeValueAsString(json()) + "\n");
        Files.writeString(folder.resolve("report.html"), new ReportPage(this).html());
    }

    ObjectNode json() {
        ConfusionMatrix confusion = evaluation.confusion();
        ObjectNode root = JSON.createObjectNode();
        root.set("model", JSON.valueToTree(model));
        root.set("reference", JSON.valueToTree(reference));
        root.put("images", evaluation.images());
        root.put("excluded", excluded);
        put(root, "accuracy", confusion.accuracy());
        put(root, "balancedAccuracy", confusion.balancedAccuracy());
        ArrayNode perClass = root.putArray("perClass");
        for (int i = 0; i < confusion.classes().size(); i++) {
            ObjectNode row = perClass.addObject();
            row.put("name", confusion.classes().get(i)).put("support", confusion.support(i));
            put(row, "recall", confusion.recall(i));
        }
        root.set("confusion", JSON.valueToTree(confusion));
        put(root, "calibrationError", evaluation.calibration().error());
        ArrayNode reliability = root.putArray("reliability");
        for (Calibration.Bin bin : evaluation.calibration().bins()) {
            ObjectNode row = reliability.addObject();
            row.put("from", bin.from()).put("to", bin.to()).put("images", bin.images());
            put(row, "confidence", bin.confidence());
            put(row, "accuracy", bin.accuracy());
        }
        put(root, "negativeLogLikelihood", evaluation.negativeLogLikelihood());
        root.set("verdicts", JSON.valueToTree(evaluation.verdicts()));
        ObjectNode answered = root.putObject("answered");
        put(answered, "share", evaluation.answered().share());
        put(answered, "accuracy", evaluation.answered().accuracy());
        put(root, "meanNovelty", evaluation.meanNovelty());
        put(root, "fdr", evaluation.fingerprints().ratio());
        root.set("unknown", unknown());
        ArrayNode together = root.putArray("sets");
        sets.forEach(set -> put(together.addObject(), set));
        return root;
    }

    private ObjectNode unknown() {
        UnknownSources sources = evaluation.unknown();
        ObjectNode unknown = JSON.createObjectNode();
        unknown.put("images", sources.images());
        unknown.set("verdicts", JSON.valueToTree(sources.verdicts()));
        unknown.set("topCandidates", JSON.valueToTree(sources.topCandidates()));
        put(unknown, "meanNovelty", sources.meanNovelty());
        put(unknown, sources.openSet());
        ArrayNode generators = unknown.putArray("generators");
        for (UnknownSources.Source source : sources.generators()) {
            ObjectNode generator = generators.addObject();
            generator.put("name", source.name()).put("images", source.images());
            generator.set("verdicts", JSON.valueToTree(source.verdicts()));
            generator.set("topCandidates", JSON.valueToTree(source.topCandidates()));
            put(generator, "meanNovelty", source.meanNovelty());
            put(generator, source.openSet());
        }
        return unknown;
    }

    private static void put(ObjectNode node, SetEvaluation set) {
        node.put("size", set.size()).put("sets", set.known());
        put(node, "accuracy", set.confusion().accuracy());
        put(node, "balancedAccuracy", set.confusion().balancedAccuracy());
        put(node, "calibrationError", set.calibration().error());
        put(node, "negativeLogLikelihood", set.negativeLogLikelihood());
        node.put("unknownSets", set.unknown());
        put(node, set.openSet());
    }

    private static void put(ObjectNode node, OpenSet openSet) {
        put(node, "auroc", openSet.auroc());
        put(node, "oscr", openSet.oscr());
        put(node, "fprAt95Tpr", openSet.falsePositiveRate());
    }

    /** JSON has no NaN. */
    private static void put(ObjectNode node, String name, double value) {
        if (Double.isNaN(value)) {
            node.putNull(name);
        } else {
            node.put(name, value);
        }
    }
}
