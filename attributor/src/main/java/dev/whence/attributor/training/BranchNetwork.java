package dev.whence.attributor.training;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The network of one view: a branch and a linear head over its features. The input is artifacts, n x 3 x size x size or
 * n x dimension, scaled to unit variance outside; the outputs are logits and features.
 */
final class BranchNetwork extends AbstractBlock {
    private final Branch branch;
    private final Block block;
    private final Linear head;
    private final int classes;

    /** @param artifact shape of one artifact */
    BranchNetwork(Shape artifact, int classes, List<Integer> widths) {
        this.classes = classes;
        branch = Branch.of(artifact, widths);
        block = addChildBlock("branch", branch.block());
        head = addChildBlock("head", Linear.builder().setUnits(classes).build());
    }

    Branch branch() {
        return branch;
    }

    /** Of the head, {@code [class x feature]}. */
    float[] weights() {
        return head.getParameters().get("weight").getArray().toFloatArray();
    }

    /** Of the head, by class. */
    float[] bias() {
        return head.getParameters().get("bias").getArray().toFloatArray();
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters, NDList inputs, boolean training, @Nullable PairList<String, Object> params) {
        NDList features = block.forward(parameters, inputs, training);
        NDList logits = head.forward(parameters, features, training);
        return new NDList(logits.singletonOrThrow(), features.singletonOrThrow());
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        long n = inputs[0].get(0);
        return new Shape[] {new Shape(n, classes), new Shape(n, branch.features())};
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
        block.initialize(manager, type, inputs);
        head.initialize(manager, type, new Shape(inputs[0].get(0), branch.features()));
    }
}
