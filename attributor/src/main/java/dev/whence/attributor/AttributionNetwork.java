package dev.whence.attributor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.whence.attributor.onnx.OnnxNetwork;
import java.nio.FloatBuffer;
import java.util.List;

/** Reads fingerprints: runs {@code attribute.onnx} on batches of artifacts. */
public final class AttributionNetwork implements AutoCloseable {
    private final OnnxNetwork network;
    private final int size;

    public AttributionNetwork(byte[] graph, int size, int threads) {
        this.network = new OnnxNetwork("attribute.onnx", graph, threads);
        this.size = size;
    }

    /**
     * @param logits {@code [image][class]}, before temperature and softmax
     * @param fingerprints {@code [image]}: penultimate features
     */
    public record Reading(float[][] logits, float[][] fingerprints) {}

    /** @param artifacts {@code [space][image]}, each of 3 x size x size components */
    public Reading read(float[][][] artifacts) {
        int images = artifacts[0].length;
        List<float[][]> outputs = network.run(images, manager -> {
            NDList inputs = new NDList();
            for (float[][] space : artifacts) {
                FloatBuffer batch =
                        manager.allocateDirect(4 * images * 3 * size * size).asFloatBuffer();
                for (float[] artifact : space) {
                    batch.put(artifact);
                }
                batch.flip();
                NDArray input = manager.create(batch, new Shape(images, 3, size, size));
                inputs.add(input);
            }
            return inputs;
        });
        return new Reading(outputs.get(0), outputs.get(1));
    }

    @Override
    public void close() {
        network.close();
    }
}
