package dev.whence.vectorstore;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Map;

/**
 * Matrix products by ONNX Runtime, on the calling thread alone: a search runs several at a time. Operands are read where
 * they lie, mapped files among them; the kernels repack the right one.
 */
final class MatrixProduct implements AutoCloseable {
    /**
     * Codes of queries are unsigned around this value, as the kernels want their left operand. They are not told, and
     * what that adds to a product, the value times the sum of the right operand's column, is taken off outside: the
     * kernels that do it themselves read a single query's right operand four times slower.
     */
    static final int ZERO_POINT = 64;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    private final OrtSession session;

    private MatrixProduct(NodeProto.Builder node, DataType left, DataType right, DataType result) {
        try {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            // bfloat16 products would break the error bounds.
            options.addConfigEntry("mlas.enable_gemm_fastmath_arm64_bfloat16", "0");
            options.setMemoryPatternOptimization(false);
            session = environment.createSession(model(node, left, right, result), options);
        } catch (OrtException e) {
            options.close();
            throw failed(e);
        }
    }

    /** Products of float32 matrices; with three axes, of each pair of matrices. */
    static MatrixProduct ofFloats() {
        return new MatrixProduct(
                NodeProto.newBuilder().setOpType("MatMul"), DataType.FLOAT, DataType.FLOAT, DataType.FLOAT);
    }

    /** Products of float64 matrices. */
    static MatrixProduct ofDoubles() {
        return new MatrixProduct(
                NodeProto.newBuilder().setOpType("MatMul"), DataType.DOUBLE, DataType.DOUBLE, DataType.DOUBLE);
    }

    /**
     * Products of codes: the left operand of 7 bits, 1 to 127 around {@link #ZERO_POINT}, the right one of 8 bits, -127 to
     * 127. Both of 8 bits would be faster on no machine and wrong on those whose kernel adds pairs of products in 16 bits
     * with saturation (AVX2 without VNNI); so the sums are exact on all.
     */
    static MatrixProduct ofCodes() {
        return new MatrixProduct(
                NodeProto.newBuilder().setOpType("MatMulInteger"), DataType.UINT8, DataType.INT8, DataType.INT32);
    }

    /** @return rows x columns (or as many such matrices as the operands have) */
    FloatBuffer multiply(FloatBuffer left, long[] leftShape, FloatBuffer right, long[] rightShape) {
        FloatBuffer into = direct(size(leftShape, rightShape), Float.BYTES).asFloatBuffer();
        try (OnnxTensor a = OnnxTensor.createTensor(environment, left.duplicate(), leftShape);
                OnnxTensor b = OnnxTensor.createTensor(environment, right.duplicate(), rightShape);
                OnnxTensor c = OnnxTensor.createTensor(environment, into, shape(leftShape, rightShape))) {
            run(a, b, c);
            return into;
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    /** @return rows x columns */
    DoubleBuffer multiply(DoubleBuffer left, long[] leftShape, DoubleBuffer right, long[] rightShape) {
        DoubleBuffer into = direct(size(leftShape, rightShape), Double.BYTES).asDoubleBuffer();
        try (OnnxTensor a = OnnxTensor.createTensor(environment, left.duplicate(), leftShape);
                OnnxTensor b = OnnxTensor.createTensor(environment, right.duplicate(), rightShape);
                OnnxTensor c = OnnxTensor.createTensor(environment, into, shape(leftShape, rightShape))) {
            run(a, b, c);
            return into;
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    /** @param into takes rows x columns from its start */
    void multiply(ByteBuffer left, long[] leftShape, ByteBuffer right, long[] rightShape, IntBuffer into) {
        IntBuffer products = into.slice(0, size(leftShape, rightShape));
        try (OnnxTensor a = OnnxTensor.createTensor(environment, left.duplicate(), leftShape, OnnxJavaType.UINT8);
                OnnxTensor b = OnnxTensor.createTensor(environment, right.duplicate(), rightShape, OnnxJavaType.INT8);
                OnnxTensor c = OnnxTensor.createTensor(environment, products, shape(leftShape, rightShape))) {
            run(a, b, c);
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    static ByteBuffer direct(int elements, int bytesEach) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(elements, bytesEach))
                .order(ByteOrder.nativeOrder());
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

    private void run(OnnxTensor left, OnnxTensor right, OnnxTensor into) throws OrtException {
        session.run(Map.of("left", left, "right", right), Map.of("product", into))
                .close();
    }

    private static int size(long[] left, long[] right) {
        int size = 1;
        for (long extent : shape(left, right)) {
            size = Math.multiplyExact(size, Math.toIntExact(extent));
        }
        return size;
    }

    private static long[] shape(long[] left, long[] right) {
        long[] shape = left.clone();
        shape[shape.length - 1] = right[right.length - 1];
        return shape;
    }

    private static byte[] model(NodeProto.Builder node, DataType left, DataType right, DataType result) {
        node.addInput("left").addInput("right").addOutput("product");
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("matrix-product")
                .addInput(matrix("left", left))
                .addInput(matrix("right", right))
                .addOutput(matrix("product", result));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph.addNode(node))
                .build()
                .toByteArray();
    }

    private static ValueInfoProto matrix(String name, DataType type) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber())))
                .build();
    }

    private static ReferenceStoreException failed(OrtException cause) {
        return new ReferenceStoreException(
                Reason.FAILED, "ONNX Runtime could not search a reference collection: " + cause.getMessage(), cause);
    }
}
