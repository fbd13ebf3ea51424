package dev.whence.attributor.space;

import dev.whence.attributor.Hashes;
import dev.whence.attributor.onnx.OnnxGraph;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Encoders made by hand: how much an image changes from pixel to pixel, along rows, columns and both. */
public final class SyntheticEncoders {
    public static final int DIMENSION = 9;
    public static final int SIZE = 32;

    private SyntheticEncoders() {}

    /** Writes an encoder's folder; another reach makes another encoder. */
    public static Path write(Path folder, String name, int reach) {
        byte[] graph = graph(reach);
        describe(name, graph, DIMENSION).write(folder, graph);
        return folder;
    }

    static EncoderDescription describe(String name, byte[] graph, int dimension) {
        return new EncoderDescription(
                EncoderDescription.FORMAT,
                name,
                "encoder.onnx",
                Hashes.sha256(graph),
                SIZE,
                ImageEncoder.Layout.NCHW,
                List.of(0.5f, 0.5f, 0.5f),
                List.of(0.25f, 0.25f, 0.25f),
                "features",
                dimension,
                Map.of("by", "hand"),
                Map.of());
    }

    /** n x 3 x 32 x 32 to three mean absolute differences of each channel, and an output that is not asked for. */
    static byte[] graph(int reach) {
        OnnxGraph graph = new OnnxGraph("encoder");
        int side = reach + 1;
        float[] kernels = new float[9 * side * side];
        int[] far = {reach, reach * side, reach * side + reach};
        for (int filter = 0; filter < 9; filter++) {
            kernels[filter * side * side] = 1;
            kernels[filter * side * side + far[filter % 3]] = -1;
        }
        String differences = graph.node(
                "Conv",
                List.of(graph.input("x", 3, SIZE, SIZE), graph.constant(kernels, 9, 1, side, side)),
                Map.of("group", 3L, "kernel_shape", new long[] {side, side}));
        String means = graph.node("GlobalAveragePool", graph.node("Abs", differences));
        graph.node("Flatten", List.of(means), Map.of(), "features");
        graph.node("Neg", List.of("features"), Map.of(), "negative");
        graph.output("negative", 9);
        return graph.toBytes();
    }
}
