package dev.whence.attributor.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * Builds an ONNX graph node by node (opset 17). Every value is known by its name; the first dimension of inputs and
 * outputs is the batch, called {@code n}, and free.
 */
public final class OnnxGraph {
    private static final int OPSET = 17;
    /** The first intermediate representation that carries opset 17. */
    private static final int IR_VERSION = 8;

    private final GraphProto.Builder graph;
    private int unnamed;

    public OnnxGraph(String name) {
        graph = GraphProto.newBuilder().setName(name);
    }

    /** A batch of unsigned bytes, n x shape. */
    public String bytesInput(String name, long... shape) {
        graph.addInput(value(name, TensorProto.DataType.UINT8, shape));
        return name;
    }

    /** A batch of 32-bit floats, n x shape. */
    public String input(String name, long... shape) {
        graph.addInput(value(name, TensorProto.DataType.FLOAT, shape));
        return name;
    }

    /** Declares a value as an output of 32-bit floats, n x shape. */
    public void output(String name, long... shape) {
        graph.addOutput(value(name, TensorProto.DataType.FLOAT, shape));
    }

    /** A constant of the given shape, row by row. */
    public String constant(float[] values, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName("constant" + unnamed++)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .setRawData(ByteString.copyFrom(raw));
        for (long side : shape) {
            tensor.addDims(side);
        }
        graph.addInitializer(tensor);
        return tensor.getName();
    }

    /** A one-dimensional constant of 64-bit integers. */
    public String integers(long... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName("constant" + unnamed++)
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addDims(values.length);
        for (long v : values) {
            tensor.addInt64Data(v);
        }
        graph.addInitializer(tensor);
        return tensor.getName();
    }

    /** A node whose output gets a name of its own. */
    public String node(String operator, List<String> inputs, Map<String, Object> attributes) {
        return node(operator, inputs, attributes, operator + unnamed++);
    }

    public String node(String operator, String... inputs) {
        return node(operator, List.of(inputs), Map.of());
    }

    /**
     * A node with a named output.
     *
     * @param attributes values are {@code Long}, {@code long[]} or {@code String}
     */
    public String node(String operator, List<String> inputs, Map<String, Object> attributes, String output) {
        NodeProto.Builder node = NodeProto.newBuilder()
                .setName(output)
                .setOpType(operator)
                .addAllInput(inputs)
                .addOutput(output);
        // Sorted, so that the same graph is the same bytes.
        attributes.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(a -> node.addAttribute(attribute(a.getKey(), a.getValue())));
        graph.addNode(node);
        return output;
    }

    /** The model as bytes. */
    public byte[] toBytes() {
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("whence")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private static AttributeProto attribute(String name, Object value) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
        if (value instanceof Long number) {
            attribute.setType(AttributeProto.AttributeType.INT).setI(number);
        } else if (value instanceof long[] numbers) {
            attribute.setType(AttributeProto.AttributeType.INTS);
            for (long n : numbers) {
                attribute.addInts(n);
            }
        } else if (value instanceof String text) {
            attribute.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(text));
        } else {
            throw new IllegalArgumentException("No ONNX attribute can hold " + value);
        }
        return attribute.build();
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, long... shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("n"));
        for (long side : shape) {
            dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(side));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(dims)))
                .build();
    }
}
