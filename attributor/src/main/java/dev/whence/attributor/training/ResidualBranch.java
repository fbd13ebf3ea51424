package dev.whence.attributor.training;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import dev.whence.attributor.onnx.OnnxGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A small residual network on the artifact images of one space: n x 3 x size x size to n x features. */
final class ResidualBranch implements Branch {
    private final SequentialBlock block = new SequentialBlock();
    private final Convolution stem;
    private final List<Unit> units = new ArrayList<>();
    private final int features;

    /** @param widths channels of each stage; every stage but the first halves the side */
    ResidualBranch(List<Integer> widths) {
        this(widths, 1);
    }

    /** @param stemStride what the first convolution divides the side by, before all stages */
    ResidualBranch(List<Integer> widths, int stemStride) {
        stem = new Convolution(widths.get(0), 3, stemStride);
        block.add(stem.block()).add(Activation.reluBlock());
        int previous = widths.get(0);
        for (int stage = 0; stage < widths.size(); stage++) {
            Unit unit = new Unit(previous, widths.get(stage), stage == 0 ? 1 : 2);
            units.add(unit);
            block.add(unit.block()).add(Activation.reluBlock());
            previous = widths.get(stage);
        }
        block.add(Pool.globalAvgPool2dBlock());
        features = previous;
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public int features() {
        return features;
    }

    @Override
    public String export(OnnxGraph graph, String input) {
        String value = graph.node("Relu", stem.export(graph, input));
        for (Unit unit : units) {
            value = unit.export(graph, value);
        }
        return graph.node("Flatten", graph.node("GlobalAveragePool", value));
    }

    /** A convolution without bias and its batch normalisation. */
    private record Convolution(Conv2d convolution, BatchNorm normalisation, int kernel, int stride) {
        Convolution(int filters, int kernel, int stride) {
            this(
                    Conv2d.builder()
                            .setFilters(filters)
                            .setKernelShape(new Shape(kernel, kernel))
                            .optStride(new Shape(stride, stride))
                            .optPadding(new Shape(kernel / 2, kernel / 2))
                            .optBias(false)
                            .build(),
                    BatchNorm.builder().optEpsilon(EPSILON).optMomentum(0.9f).build(),
                    kernel,
                    stride);
        }

        Block block() {
            return new SequentialBlock().add(convolution).add(normalisation);
        }

        String export(OnnxGraph graph, String input) {
            float[] weights = Branch.values(convolution, "weight");
            float[] gamma = Branch.values(normalisation, "gamma");
            float[] beta = Branch.values(normalisation, "beta");
            float[] mean = Branch.values(normalisation, "runningMean");
            float[] variance = Branch.values(normalisation, "runningVar");
            int filters = gamma.length;
            int perFilter = weights.length / filters;
            float[] bias = new float[filters];
            for (int f = 0; f < filters; f++) {
                double factor = gamma[f] / Math.sqrt(variance[f] + (double) EPSILON);
                for (int i = 0; i < perFilter; i++) {
                    weights[f * perFilter + i] = (float) (weights[f * perFilter + i] * factor);
                }
                bias[f] = (float) (beta[f] - mean[f] * factor);
            }
            long side = kernel;
            long padding = side / 2;
            return graph.node(
                    "Conv",
                    List.of(
                            input,
                            graph.constant(weights, filters, perFilter / (side * side), side, side),
                            graph.constant(bias, filters)),
                    Map.of(
                            "kernel_shape", new long[] {side, side},
                            "strides", new long[] {stride, stride},
                            "pads", new long[] {padding, padding, padding, padding}));
        }
    }

    /** Two convolutions beside a shortcut, which is a 1 x 1 convolution where the shape changes. */
    private static final class Unit {
        private final Convolution first;
        private final Convolution second;
        private final Optional<Convolution> shortcut;

        Unit(int before, int width, int stride) {
            first = new Convolution(width, 3, stride);
            second = new Convolution(width, 3, 1);
            shortcut =
                    stride == 1 && before == width ? Optional.empty() : Optional.of(new Convolution(width, 1, stride));
        }

        Block block() {
            Block main = new SequentialBlock()
                    .add(first.block())
                    .add(Activation.reluBlock())
                    .add(second.block());
            Block beside = shortcut.map(Convolution::block).orElseGet(Blocks::identityBlock);
            return new ParallelBlock(
                    paths -> new NDList(
                            paths.get(0).singletonOrThrow().add(paths.get(1).singletonOrThrow())),
                    List.of(main, beside));
        }

        String export(OnnxGraph graph, String input) {
            String main = second.export(graph, graph.node("Relu", first.export(graph, input)));
            String beside = shortcut.map(s -> s.export(graph, input)).orElse(input);
            return graph.node("Relu", graph.node("Add", main, beside));
        }
    }
}
