package dev.whence.attributor.training;

import dev.whence.attributor.onnx.OnnxGraph;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * {@code attribute.onnx} of trained branches: artifacts of each view, by its name, to {@code logits} (n x classes), the weighted sum
 * of the branches', and {@code fingerprint} (n x features), the features of all side by side.
 */
final class FusedGraph {
    private FusedGraph() {}

    /**
     * @param weights of each branch's logits
     * @param lengths typical length of each branch's features; in the fingerprint they count alike
     */
    static byte[] of(List<BranchTraining> branches, double[] weights, double[] lengths, int classes, int size) {
        OnnxGraph graph = new OnnxGraph("attribute");
        List<String> parts = IntStream.range(0, branches.size())
                .mapToObj(b -> features(graph, branches.get(b), 1 / lengths[b], size))
                .toList();
        graph.node("Concat", parts, Map.of("axis", 1L), "fingerprint");
        int features = branches.stream()
                .mapToInt(branch -> branch.network().branch().features())
                .sum();
        float[] matrix = new float[classes * features];
        float[] bias = new float[classes];
        int column = 0;
        for (int b = 0; b < weights.length; b++) {
            BranchNetwork network = branches.get(b).network();
            float[] head = network.weights();
            float[] offsets = network.bias();
            int own = network.branch().features();
            for (int c = 0; c < classes; c++) {
                bias[c] += (float) (weights[b] * offsets[c]);
                for (int f = 0; f < own; f++) {
                    matrix[c * features + column + f] = (float) (weights[b] * lengths[b] * head[c * own + f]);
                }
            }
            column += own;
        }
        graph.node(
                "Gemm",
                List.of("fingerprint", graph.constant(matrix, classes, features), graph.constant(bias, classes)),
                Map.of("transB", 1L),
                "logits");
        graph.output("logits", classes);
        graph.output("fingerprint", features);
        return graph.toBytes();
    }

    private static String features(OnnxGraph graph, BranchTraining branch, double factor, int size) {
        String artifact = graph.input(
                branch.view().name(), branch.view().space().shape(size).getShape());
        String scaled = graph.node("Mul", artifact, graph.constant(new float[] {branch.inputScale()}));
        String features = branch.network().branch().export(graph, scaled);
        return graph.node("Mul", features, graph.constant(new float[] {(float) factor}));
    }
}
