package dev.whence.attributor.space;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.image.TriangleFilter;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.onnx.OnnxNetwork;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/** Any pretrained image encoder: an ONNX graph with one input of float images, and the tensor that is the embedding. */
public final class ImageEncoder implements AutoCloseable {
    /** Of one run, 16 MiB of them: bounds what the layers need, and costs nothing on a CPU. */
    private static final int MOST_VALUES = 1 << 22;

    private final OnnxNetwork network;
    private final Input input;

    /** Order of the components of a batch of images. */
    public enum Layout {
        /** Image, channel, row, column. */
        NCHW,
        /** Image, row, column, channel. */
        NHWC
    }

    /**
     * How an image becomes the graph's input: (value / 255 - mean) / deviation.
     *
     * @param size side length in pixels
     * @param mean of red, green and blue
     * @param deviation of red, green and blue, none of them 0
     */
    public record Input(int size, Layout layout, List<Float> mean, List<Float> deviation) {
        public Input {
            if (mean.size() != 3 || deviation.size() != 3 || deviation.contains(0f)) {
                throw new IllegalArgumentException(
                        "Images are normalised with three means and three deviations other than 0");
            }
        }
    }

    /**
     * @param tensor name of the value in the graph that is the embedding; empty: the graph's first output
     * @throws IllegalArgumentException when the bytes are no graph that can run, or have no such tensor
     */
    public ImageEncoder(byte[] graph, Optional<String> tensor, Input input, Inference inference) {
        this.input = input;
        this.network = new OnnxNetwork("encoder", withOneOutput(graph, tensor), inference);
    }

    /**
     * The embeddings of the batch, in its order: all components of the tensor that belong to the image. Images of another
     * side length are resampled first.
     */
    public float[][] embed(List<CanonicalImage> images) {
        int size = input.size();
        int values = 3 * size * size;
        int run = Math.max(1, MOST_VALUES / values);
        float[][] embeddings = new float[images.size()][];
        for (int from = 0; from < embeddings.length; from += run) {
            List<CanonicalImage> some = images.subList(from, Math.min(embeddings.length, from + run));
            FloatBuffer batch = ByteBuffer.allocateDirect(4 * values * some.size())
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
            for (int i = 0; i < some.size(); i++) {
                CanonicalImage image = some.get(i);
                put(image.size() == size ? image : TriangleFilter.resample(image, size), batch, i * values);
            }
            Shape shape = input.layout() == Layout.NHWC
                    ? new Shape(some.size(), size, size, 3)
                    : new Shape(some.size(), 3, size, size);
            float[][] embedded = network.run(some.size(), manager -> new NDList(manager.create(batch, shape)))
                    .get(0);
            System.arraycopy(embedded, 0, embeddings, from, embedded.length);
        }
        return embeddings;
    }

    private void put(CanonicalImage image, FloatBuffer batch, int first) {
        int plane = input.size() * input.size();
        byte[] rgb = image.rgb();
        for (int i = 0; i < rgb.length; i++) {
            int channel = i % 3;
            float value = ((rgb[i] & 0xff) / 255f - input.mean().get(channel))
                    / input.deviation().get(channel);
            batch.put(first + (input.layout() == Layout.NHWC ? i : channel * plane + i / 3), value);
        }
    }

    @Override
    public void close() {
        network.close();
    }

    private static byte[] withOneOutput(byte[] bytes, Optional<String> tensor) {
        ModelProto model;
        try {
            model = ModelProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("The encoder is no ONNX graph: name another file", e);
        }
        GraphProto graph = model.getGraph();
        if (graph.getOutputCount() == 0) {
            throw new IllegalArgumentException("The encoder's graph has no output: name another file");
        }
        ValueInfoProto output = tensor.map(name -> output(graph, name)).orElseGet(() -> graph.getOutput(0));
        return model.toBuilder()
                .setGraph(graph.toBuilder().clearOutput().addOutput(output))
                .build()
                .toByteArray();
    }

    private static ValueInfoProto output(GraphProto graph, String name) {
        for (NodeProto node : graph.getNodeList()) {
            if (node.getOutputList().contains(name)) {
                return ValueInfoProto.newBuilder()
                        .setName(name)
                        .setType(TypeProto.newBuilder()
                                .setTensorType(
                                        TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE)))
                        .build();
            }
        }
        throw new IllegalArgumentException("The encoder's graph has no tensor '%s': its last one is '%s'"
                .formatted(name, graph.getNode(graph.getNodeCount() - 1).getOutput(0)));
    }
}
