package dev.whence.attributor.training;

import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import dev.whence.attributor.onnx.OnnxGraph;
import java.util.List;
import java.util.Map;

/**
 * A perceptron on the artifact vectors of one space, as in the paper (Song et al. 2024, section 3): n x dimension to
 * n x features. Each component is normalised first, since the features of an encoder differ in size a hundredfold.
 */
final class VectorBranch implements Branch {
    private static final int HIDDEN = 256;
    private static final float INPUT_DROPOUT = 0.2f;
    private static final float DROPOUT = 0.5f;

    private final int features;
    private final BatchNorm input = normalisation();
    private final Layer hidden = new Layer(HIDDEN);
    private final Layer last;

    VectorBranch(int features) {
        this.features = features;
        last = new Layer(features);
    }

    private static BatchNorm normalisation() {
        return BatchNorm.builder().optEpsilon(EPSILON).optMomentum(0.9f).build();
    }

    @Override
    public Block block() {
        return new SequentialBlock()
                .add(input)
                .add(Dropout.builder().optRate(INPUT_DROPOUT).build())
                .add(hidden.linear())
                .add(hidden.normalisation())
                .add(Activation.reluBlock())
                .add(Dropout.builder().optRate(DROPOUT).build())
                .add(last.linear())
                .add(last.normalisation())
                .add(Activation.reluBlock());
    }

    @Override
    public int features() {
        return features;
    }

    @Override
    public String export(OnnxGraph graph, String artifact) {
        Affine normalised = Affine.of(input);
        String scaled = graph.node("Mul", artifact, graph.constant(normalised.factor(), normalised.length()));
        String moved = graph.node("Add", scaled, graph.constant(normalised.offset(), normalised.length()));
        return last.export(graph, hidden.export(graph, moved));
    }

    /** What a trained batch normalisation does: factor x value + offset, component by component. */
    private record Affine(float[] factor, float[] offset) {
        static Affine of(BatchNorm normalisation) {
            float[] gamma = Branch.values(normalisation, "gamma");
            float[] beta = Branch.values(normalisation, "beta");
            float[] mean = Branch.values(normalisation, "runningMean");
            float[] variance = Branch.values(normalisation, "runningVar");
            float[] factor = new float[gamma.length];
            float[] offset = new float[gamma.length];
            for (int i = 0; i < gamma.length; i++) {
                double scale = gamma[i] / Math.sqrt(variance[i] + (double) EPSILON);
                factor[i] = (float) scale;
                offset[i] = (float) (beta[i] - mean[i] * scale);
            }
            return new Affine(factor, offset);
        }

        int length() {
            return factor.length;
        }
    }

    /** A linear map without bias and its batch normalisation. */
    private record Layer(Linear linear, BatchNorm normalisation) {
        Layer(int units) {
            this(Linear.builder().setUnits(units).optBias(false).build(), VectorBranch.normalisation());
        }

        String export(OnnxGraph graph, String input) {
            float[] weights = Branch.values(linear, "weight");
            Affine normalised = Affine.of(normalisation);
            int units = normalised.length();
            int perUnit = weights.length / units;
            for (int i = 0; i < weights.length; i++) {
                weights[i] *= normalised.factor()[i / perUnit];
            }
            String sum = graph.node(
                    "Gemm",
                    List.of(input, graph.constant(weights, units, perUnit), graph.constant(normalised.offset(), units)),
                    Map.of("transB", 1L));
            return graph.node("Relu", sum);
        }
    }
}
