package dev.whence.infra.stack;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;

/** A graph that answers as another does, but for one image on which ONNX Runtime fails: a fault in native code, as a real one would be. */
final class FailingGraph {
    private static final long INT64 = TensorProto.DataType.INT64.getNumber();
    private static final long FLOAT = TensorProto.DataType.FLOAT.getNumber();

    private FailingGraph() {}

    /**
     * Adds to the first output, of each image, the value of a table of one zero that stands where the image's darkest component
     * says, in units of 255: for a white image there is none.
     *
     * @param embed an {@code embed.onnx}: n x size x size x 3 bytes in, floats of n x 3 x size x size out
     */
    static byte[] failsOnWhite(byte[] embed) throws InvalidProtocolBufferException {
        ModelProto.Builder model = ModelProto.parseFrom(embed).toBuilder();
        GraphProto.Builder graph = model.getGraphBuilder();
        String image = graph.getInput(0).getName();
        String output = graph.getOutput(0).getName();
        String unchecked = output + "-unchecked";
        for (NodeProto.Builder node : graph.getNodeBuilderList()) {
            for (int i = 0; i < node.getOutputCount(); i++) {
                if (node.getOutput(i).equals(output)) {
                    node.setOutput(i, unchecked);
                }
            }
        }
        constant(graph, "white", 255);
        constant(graph, "zeros", 0);
        node(graph, "Cast", List.of(image), "components").addAttribute(integer("to", FLOAT));
        node(graph, "ReduceMin", List.of("components"), "darkest")
                .addAttribute(AttributeProto.newBuilder()
                        .setName("axes")
                        .setType(AttributeProto.AttributeType.INTS)
                        .addAllInts(List.of(1L, 2L, 3L)));
        node(graph, "Div", List.of("darkest", "white"), "share");
        node(graph, "Floor", List.of("share"), "whole");
        node(graph, "Cast", List.of("whole"), "place").addAttribute(integer("to", INT64));
        node(graph, "Gather", List.of("zeros", "place"), "zero");
        node(graph, "Add", List.of(unchecked, "zero"), output);
        return model.build().toByteArray();
    }

    private static void constant(GraphProto.Builder graph, String name, float value) {
        graph.addInitializerBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addDims(1)
                .addFloatData(value);
    }

    private static NodeProto.Builder node(
            GraphProto.Builder graph, String operator, List<String> inputs, String output) {
        return graph.addNodeBuilder()
                .setName("check " + output)
                .setOpType(operator)
                .addAllInput(inputs)
                .addOutput(output);
    }

    private static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }
}
