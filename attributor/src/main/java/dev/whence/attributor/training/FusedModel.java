package dev.whence.attributor.training;

import dev.whence.attributor.AttributionNetwork;
import dev.whence.attributor.bundle.ModelManifest.Novelty;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.openset.KnownFingerprints;
import dev.whence.attributor.projection.View;
import java.util.List;
import java.util.Map;

/**
 * What training decides of a bundle.
 *
 * @param views those that have a say, in the order of the graph's inputs
 * @param graph {@code attribute.onnx}
 * @param temperature that the logits are divided by
 * @param prototypes mean fingerprint of each class
 * @param known fingerprints of training images, and of validation images as those held out
 * @param setCorrelation of what validation images of one source say
 * @param measured figures on validation data, for a person
 */
public record FusedModel(
        List<View> views,
        byte[] graph,
        double temperature,
        float[][] prototypes,
        KnownFingerprints known,
        Novelty novelty,
        double setCorrelation,
        Map<String, Double> measured) {

    /**
     * Opens the graph.
     *
     * @param size side length of the images, in pixels
     */
    public AttributionNetwork network(int size, int threads) {
        return new AttributionNetwork(graph, View.shapes(views, size), Inference.cpu(threads));
    }
}
