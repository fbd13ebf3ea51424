package dev.whence.infra;

import dev.whence.attributor.Hashes;
import dev.whence.attributor.onnx.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The folder of an encoder with an encoder.json as somebody writes it by hand. */
final class HandmadeEncoder {
    static final int DIMENSION = 3 * 4 * 4;

    private HandmadeEncoder() {}

    /** Largest values of 4 x 4 fields of an image, after smaller fields of this side were averaged. */
    static Path write(Path folder, int side) throws IOException {
        OnnxGraph graph = new OnnxGraph("encoder");
        long[] small = {side, side};
        long[] large = {16 / side, 16 / side};
        String means = graph.node(
                "AveragePool", List.of(graph.input("x", 3, 64, 64)), Map.of("kernel_shape", small, "strides", small));
        graph.node("MaxPool", List.of(means), Map.of("kernel_shape", large, "strides", large), "pooled");
        graph.node("Softmax", List.of("pooled"), Map.of(), "logits");
        graph.output("logits", 3, 4, 4);
        Files.createDirectories(folder);
        Files.write(folder.resolve("pools.onnx"), graph.toBytes());
        Files.writeString(folder.resolve("encoder.json"), """
                {"format": 1, "name": "SL", "file": "pools.onnx", "sha256": "%s", "size": 64, "layout": "NCHW",
                 "mean": [0.5, 0.5, 0.5], "deviation": [0.5, 0.5, 0.5], "output": "pooled", "dimension": %d,
                 "trainedOn": {"images": "none"}}
                """.formatted(Hashes.sha256(graph.toBytes()), DIMENSION));
        return folder;
    }
}
