package dev.whence.vectorstore;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;

/** One matrix product as an ONNX graph: left (m x inner) times right (inner x n), m and n free. */
final class ProductGraph {
    static final String LEFT = "left";
    static final String RIGHT = "right";
    static final String PRODUCT = "product";

    private ProductGraph() {}

    /** What the operands are made of. */
    enum Kind {
        FLOAT(
                "MatMul",
                TensorProto.DataType.FLOAT_VALUE,
                TensorProto.DataType.FLOAT_VALUE,
                TensorProto.DataType.FLOAT_VALUE),
        UINT8_INT8(
                "MatMulInteger",
                TensorProto.DataType.UINT8_VALUE,
                TensorProto.DataType.INT8_VALUE,
                TensorProto.DataType.INT32_VALUE),
        UINT8_UINT8(
                "MatMulInteger",
                TensorProto.DataType.UINT8_VALUE,
                TensorProto.DataType.UINT8_VALUE,
                TensorProto.DataType.INT32_VALUE);

        private final String operator;
        private final int left;
        private final int right;
        private final int product;

        Kind(String operator, int left, int right, int product) {
            this.operator = operator;
            this.left = left;
            this.right = right;
            this.product = product;
        }
    }

    /** A session whose operands are both inputs. It runs on the calling thread alone. */
    static OrtSession ofInputs(Kind kind, int inner) throws OrtException {
        return session(graph(kind, inner).addInput(value(RIGHT, kind.right, size(inner), any("n"))));
    }

    /**
     * A session that holds the right operand as a constant, which ONNX Runtime packs once. It runs on the calling thread
     * alone.
     *
     * @param right inner x columns, row by row, in native order
     */
    static OrtSession ofConstant(Kind kind, int inner, int columns, ByteBuffer right) throws OrtException {
        return session(graph(kind, inner)
                .addInitializer(TensorProto.newBuilder()
                        .setName(RIGHT)
                        .setDataType(kind.right)
                        .addDims(inner)
                        .addDims(columns)
                        .setRawData(ByteString.copyFrom(right.duplicate()))));
    }

    private static GraphProto.Builder graph(Kind kind, int inner) {
        return GraphProto.newBuilder()
                .setName("product")
                .addInput(value(LEFT, kind.left, any("m"), size(inner)))
                .addOutput(value(PRODUCT, kind.product, any("m"), any("n")))
                .addNode(NodeProto.newBuilder()
                        .setOpType(kind.operator)
                        .addInput(LEFT)
                        .addInput(RIGHT)
                        .addOutput(PRODUCT));
    }

    private static OrtSession session(GraphProto.Builder graph) throws OrtException {
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph)
                .build();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            return OrtEnvironment.getEnvironment().createSession(model.toByteArray(), options);
        }
    }

    private static ValueInfoProto value(
            String name, int type, TensorShapeProto.Dimension rows, TensorShapeProto.Dimension columns) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type)
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(rows)
                                        .addDim(columns))))
                .build();
    }

    private static TensorShapeProto.Dimension any(String name) {
        return TensorShapeProto.Dimension.newBuilder().setDimParam(name).build();
    }

    private static TensorShapeProto.Dimension size(int size) {
        return TensorShapeProto.Dimension.newBuilder().setDimValue(size).build();
    }
}
