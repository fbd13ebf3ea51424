package dev.whence.vectorstore;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import dev.whence.vectorstore.Segment.Block;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * Rows times queries in single precision, by ONNX Runtime. The mapped rows are the left operand, which the kernel reads
 * where it lies; the right one, the queries, is the one it repacks.
 */
final class MatrixProduct implements AutoCloseable {
    private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    private final OrtSession session;
    private final int dimension;

    /** Every run uses the calling thread alone: a search runs several at a time. */
    MatrixProduct(int dimension) {
        this.dimension = dimension;
        try {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            // bfloat16 products would break the error bound.
            options.addConfigEntry("mlas.enable_gemm_fastmath_arm64_bfloat16", "0");
            options.setMemoryPatternOptimization(false);
            session = environment.createSession(model(dimension), options);
        } catch (OrtException e) {
            options.close();
            throw failed(e);
        }
    }

    /** @return rows x queries */
    FloatBuffer multiply(Block block, QueryBatch queries) {
        long[] rowsShape = {block.rows(), dimension};
        long[] queriesShape = {dimension, queries.size()};
        try (OnnxTensor left =
                        OnnxTensor.createTensor(environment, block.vectors().duplicate(), rowsShape);
                OnnxTensor right =
                        OnnxTensor.createTensor(environment, queries.offsets().duplicate(), queriesShape);
                OrtSession.Result result = session.run(Map.of("rows", left, "queries", right))) {
            return ((OnnxTensor) result.get(0)).getFloatBuffer();
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
            options.close();
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    private static byte[] model(int dimension) {
        TensorShapeProto.Dimension inner =
                TensorShapeProto.Dimension.newBuilder().setDimValue(dimension).build();
        TensorShapeProto.Dimension rows =
                TensorShapeProto.Dimension.newBuilder().setDimParam("rows").build();
        TensorShapeProto.Dimension queries =
                TensorShapeProto.Dimension.newBuilder().setDimParam("queries").build();
        GraphProto graph = GraphProto.newBuilder()
                .setName("matrix-product")
                .addInput(matrix("rows", rows, inner))
                .addInput(matrix("queries", inner, queries))
                .addOutput(matrix("products", rows, queries))
                .addNode(NodeProto.newBuilder()
                        .setOpType("MatMul")
                        .addInput("rows")
                        .addInput("queries")
                        .addOutput("products"))
                .build();
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private static ValueInfoProto matrix(
            String name, TensorShapeProto.Dimension rows, TensorShapeProto.Dimension columns) {
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder()
                .setElemType(FLOAT)
                .setShape(TensorShapeProto.newBuilder().addDim(rows).addDim(columns))
                .build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    private static ReferenceStoreException failed(OrtException cause) {
        return new ReferenceStoreException(
                Reason.FAILED, "ONNX Runtime could not search a reference collection: " + cause.getMessage(), cause);
    }
}
