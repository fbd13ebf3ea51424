package dev.whence.attributor.space;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.onnx.OnnxNetwork;
import java.nio.ByteBuffer;
import java.util.List;

/** Embeds batches of canonical images in every space at once, by running {@code embed.onnx}. */
public final class Embedder implements AutoCloseable {
    private final OnnxNetwork network;
    private final int size;

    /** @param size side length of the images, in pixels */
    public Embedder(byte[] graph, int size, int threads) {
        this.network = new OnnxNetwork("embed.onnx", graph, threads);
        this.size = size;
    }

    /** The embeddings of the batch: {@code [space][image]} is a vector of 3 x size x size components. */
    public float[][][] embed(List<CanonicalImage> images) {
        ByteBuffer pixels = ByteBuffer.allocateDirect(images.size() * size * size * 3);
        for (CanonicalImage image : images) {
            if (image.size() != size) {
                throw new IllegalArgumentException(
                        "An image of side %d cannot be embedded by a graph for side %d".formatted(image.size(), size));
            }
            pixels.put(image.rgb());
        }
        pixels.flip();
        List<float[][]> outputs = network.run(
                images.size(),
                manager -> new NDList(manager.create(pixels, new Shape(images.size(), size, size, 3), DataType.UINT8)));
        return outputs.toArray(float[][][]::new);
    }

    @Override
    public void close() {
        network.close();
    }
}
