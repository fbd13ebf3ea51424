package dev.whence.attributor.training;

import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import dev.whence.attributor.onnx.OnnxGraph;
import dev.whence.attributor.space.EmbeddingSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The attribution network: one branch for each space, their features side by side as the fingerprint, and one
 * linear head over all. While it trains every branch has a head of its own too, so that no space is drowned by a
 * stronger one.
 *
 * <p>Inputs are artifacts, n x 3 x size x size or n x dimension, scaled to unit variance outside. Outputs are the fused logits, the
 * fingerprint, and the logits of each branch.
 */
final class FusedNetwork extends AbstractBlock {
    private final List<Branch> branches = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final List<Linear> heads = new ArrayList<>();
    private final Linear fusedHead;
    private final int classes;
    private final int features;

    /** @param artifacts shape of one artifact of each space */
    FusedNetwork(List<Shape> artifacts, int classes, List<Integer> widths) {
        this.classes = classes;
        int sum = 0;
        for (int i = 0; i < artifacts.size(); i++) {
            Branch branch = Branch.of(artifacts.get(i), widths);
            branches.add(branch);
            blocks.add(addChildBlock("branch" + i, branch.block()));
            heads.add(
                    addChildBlock("head" + i, Linear.builder().setUnits(classes).build()));
            sum += branch.features();
        }
        features = sum;
        fusedHead = addChildBlock("fused", Linear.builder().setUnits(classes).build());
    }

    /** Length of the fingerprint. */
    int features() {
        return features;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters, NDList inputs, boolean training, @Nullable PairList<String, Object> params) {
        NDList logits = new NDList();
        NDList parts = new NDList();
        for (int i = 0; i < blocks.size(); i++) {
            NDList part = blocks.get(i).forward(parameters, new NDList(inputs.get(i)), training);
            parts.add(part.singletonOrThrow());
            logits.add(heads.get(i).forward(parameters, part, training).singletonOrThrow());
        }
        // concat copies a single array, and the copy passes no gradient on.
        NDList fingerprint = parts.size() == 1 ? parts : new NDList(NDArrays.concat(parts, 1));
        NDList fused = fusedHead.forward(parameters, fingerprint, training);
        return new NDList(fused.singletonOrThrow(), fingerprint.singletonOrThrow()).addAll(logits);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        long n = inputs[0].get(0);
        Shape logits = new Shape(n, classes);
        List<Shape> shapes = new ArrayList<>(List.of(logits, new Shape(n, features)));
        blocks.forEach(b -> shapes.add(logits));
        return shapes.toArray(Shape[]::new);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
        for (int i = 0; i < blocks.size(); i++) {
            blocks.get(i).initialize(manager, type, inputs[i]);
            heads.get(i)
                    .initialize(
                            manager,
                            type,
                            new Shape(inputs[i].get(0), branches.get(i).features()));
        }
        fusedHead.initialize(manager, type, new Shape(inputs[0].get(0), features));
    }

    /**
     * {@code attribute.onnx}: artifacts of each space, by its name, to {@code logits} (n x classes) and
     * {@code fingerprint} (n x features).
     *
     * @param scales each space's artifacts are multiplied by this before its branch
     */
    byte[] export(List<EmbeddingSpace> spaces, float[] scales, int size) {
        OnnxGraph graph = new OnnxGraph("attribute");
        List<String> parts = IntStream.range(0, spaces.size())
                .mapToObj(i -> {
                    String artifact = graph.input(
                            spaces.get(i).name(), spaces.get(i).shape(size).getShape());
                    String scaled = graph.node("Mul", artifact, graph.constant(new float[] {scales[i]}));
                    return branches.get(i).export(graph, scaled);
                })
                .toList();
        graph.node("Concat", parts, Map.of("axis", 1L), "fingerprint");
        float[] weight = fusedHead.getParameters().get("weight").getArray().toFloatArray();
        float[] bias = fusedHead.getParameters().get("bias").getArray().toFloatArray();
        graph.node(
                "Gemm",
                List.of("fingerprint", graph.constant(weight, classes, features), graph.constant(bias, classes)),
                Map.of("transB", 1L),
                "logits");
        graph.output("logits", classes);
        graph.output("fingerprint", features);
        return graph.toBytes();
    }
}
