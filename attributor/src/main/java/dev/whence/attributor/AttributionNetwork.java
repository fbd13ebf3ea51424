package dev.whence.attributor;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.onnx.OnnxNetwork;
import java.nio.FloatBuffer;
import java.util.List;

/** Reads fingerprints: runs {@code attribute.onnx} on batches of artifacts. */
public final class AttributionNetwork implements AutoCloseable {
    private final OnnxNetwork network;
    private final List<Shape> shapes;

    /** @param shapes of one artifact of each view */
    public AttributionNetwork(byte[] graph, List<Shape> shapes, Inference inference) {
        this.network = new OnnxNetwork("attribute.onnx", graph, inference);
        this.shapes = List.copyOf(shapes);
    }

    /**
     * @param logits {@code [image][class]}, before temperature and softmax
     * @param fingerprints {@code [image]}: penultimate features
     */
    public record Reading(float[][] logits, float[][] fingerprints) {
        /** Where the rows are of crops: of each image the mean logits and the mean fingerprint of its crops. */
        public Reading pooled(Crops crops) {
            return new Reading(crops.means(logits), crops.means(fingerprints));
        }
    }

    /** @param artifacts {@code [view][image]}, each of its space's shape, row by row */
    public Reading read(float[][][] artifacts) {
        int images = artifacts[0].length;
        List<float[][]> outputs = network.run(images, manager -> {
            NDList inputs = new NDList();
            for (int s = 0; s < artifacts.length; s++) {
                Shape shape = new Shape(images).addAll(shapes.get(s));
                FloatBuffer batch = manager.allocateDirect(Math.toIntExact(4 * shape.size()))
                        .asFloatBuffer();
                for (float[] artifact : artifacts[s]) {
                    batch.put(artifact);
                }
                batch.flip();
                inputs.add(manager.create(batch, shape));
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
