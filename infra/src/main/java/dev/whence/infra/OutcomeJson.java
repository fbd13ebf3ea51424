package dev.whence.infra;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whence.attributor.Attribution;

/**
 * One outcome as one JSON object on one line, its fields always present and in this order: image, verdict, generator,
 * confidence, novelty, candidates, spaces, error. What the images of a source say together has, in the place of the image, the source as
 * {@code together} and how many images were attributed as {@code images}.
 */
final class OutcomeJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private OutcomeJson() {}

    static String line(Outcome outcome) {
        return line(NODES.objectNode().put("image", outcome.image()), outcome);
    }

    /**
     * @param outcome of the source as a whole
     * @param images how many of its images stand behind it
     */
    static String together(Outcome outcome, int images) {
        return line(NODES.objectNode().put("together", outcome.image()).put("images", images), outcome);
    }

    private static String line(ObjectNode line, Outcome outcome) {
        if (outcome instanceof Outcome.Attributed attributed) {
            addAttribution(line, attributed.attribution());
        } else if (outcome instanceof Outcome.Rejected rejected) {
            line.putNull("verdict").putNull("generator").putNull("confidence").putNull("novelty");
            line.putArray("candidates");
            line.putArray("spaces");
            line.putObject("error").put("code", rejected.code()).put("message", rejected.message());
        }
        return line.toString();
    }

    private static void addAttribution(ObjectNode line, Attribution attribution) {
        line.put("verdict", attribution.verdict().name());
        attribution.generator().ifPresentOrElse(name -> line.put("generator", name), () -> line.putNull("generator"));
        line.put("confidence", attribution.confidence());
        line.put("novelty", attribution.novelty().score());
        var candidates = line.putArray("candidates");
        for (var candidate : attribution.candidates()) {
            candidates.addObject().put("generator", candidate.generator()).put("probability", candidate.probability());
        }
        var spaces = line.putArray("spaces");
        for (var space : attribution.spaces()) {
            spaces.addObject()
                    .put("space", space.space())
                    .put("distance", space.distance())
                    .put("nearest", space.nearest())
                    .put("artifactNorm", space.artifactNorm());
        }
        line.putNull("error");
    }
}
