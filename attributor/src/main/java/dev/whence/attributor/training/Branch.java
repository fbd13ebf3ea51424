package dev.whence.attributor.training;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import dev.whence.attributor.onnx.OnnxGraph;
import java.util.List;

/**
 * The part of the attribution network that reads the artifacts of one space. One description makes both the DJL block that
 * is trained and the ONNX nodes with its trained parameters, batch normalisation folded into the layer beside it.
 */
interface Branch {
    float EPSILON = 1e-5f;

    /**
     * A residual network where artifacts are images, a perceptron where they are vectors.
     *
     * @param artifact shape of one artifact
     * @param widths channels of each stage of a residual network; the last is the number of features of either
     */
    static Branch of(Shape artifact, List<Integer> widths) {
        return artifact.dimension() == 1 ? new VectorBranch(widths.get(widths.size() - 1)) : new ResidualBranch(widths);
    }

    Block block();

    int features();

    /** Adds this branch with its trained parameters; returns the name of its features, n x features. */
    String export(OnnxGraph graph, String input);

    static float[] values(Block block, String parameter) {
        return block.getParameters().get(parameter).getArray().toFloatArray();
    }
}
