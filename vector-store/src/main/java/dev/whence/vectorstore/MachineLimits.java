package dev.whence.vectorstore;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.whence.vectorstore.ProductGraph.Kind;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * What one thread of this machine can do at best, measured with the libraries that searches use: no search is faster
 * than the memory it reads and the products it needs allow.
 *
 * @param gigabytesPerSecond memory read by a vector times a matrix of 512 MiB
 * @param gigaflopsPerSecond single precision, a product of two 1024 x 1024 matrices, one a packed constant
 * @param int8GigaopsPerSecond the same of unsigned and signed bytes
 */
public record MachineLimits(double gigabytesPerSecond, double gigaflopsPerSecond, double int8GigaopsPerSecond) {
    private static final int SIDE = 1024;
    private static final int STREAM_BYTES = 1 << 29;
    private static final int REPEATS = 15;

    /** Measures the limits, in about two seconds. */
    public static MachineLimits measure() {
        try {
            return new MachineLimits(stream(), product(Kind.FLOAT), product(Kind.UINT8_INT8));
        } catch (OrtException e) {
            throw new ReferenceStoreException(
                    Reason.FAILED, "ONNX Runtime could not multiply matrices: " + e.getMessage(), e);
        }
    }

    /** One row times a matrix reads the matrix once and does two operations for each component. */
    private static double stream() throws OrtException {
        int columns = STREAM_BYTES / 4 / SIDE;
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        long best = Long.MAX_VALUE;
        try (OrtSession session = ProductGraph.ofInputs(Kind.FLOAT, SIDE);
                OnnxTensor row =
                        OnnxTensor.createTensor(environment, bytes(4 * SIDE).asFloatBuffer(), new long[] {1, SIDE});
                OnnxTensor matrix = OnnxTensor.createTensor(
                        environment, bytes(STREAM_BYTES).asFloatBuffer(), new long[] {SIDE, columns})) {
            for (int repeat = 0; repeat < REPEATS; repeat++) {
                long start = System.nanoTime();
                session.run(Map.of(ProductGraph.LEFT, row, ProductGraph.RIGHT, matrix))
                        .close();
                best = Math.min(best, System.nanoTime() - start);
            }
        }
        return (double) STREAM_BYTES / best;
    }

    private static ByteBuffer bytes(int count) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(count).order(ByteOrder.nativeOrder());
        while (bytes.remaining() >= 4) {
            bytes.putFloat(0.5f);
        }
        return bytes.flip();
    }

    private static double product(Kind kind) throws OrtException {
        int size = SIDE * SIDE * (kind == Kind.FLOAT ? 4 : 1);
        ByteBuffer left = bytes(size);
        ByteBuffer right = bytes(size);
        long[] shape = {SIDE, SIDE};
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        long best = Long.MAX_VALUE;
        try (OrtSession session = ProductGraph.ofConstant(kind, SIDE, SIDE, right);
                OnnxTensor operand = kind == Kind.FLOAT
                        ? OnnxTensor.createTensor(environment, left.asFloatBuffer(), shape)
                        : OnnxTensor.createTensor(environment, left, shape, OnnxJavaType.UINT8)) {
            for (int repeat = 0; repeat < REPEATS; repeat++) {
                long start = System.nanoTime();
                session.run(Map.of(ProductGraph.LEFT, operand)).close();
                best = Math.min(best, System.nanoTime() - start);
            }
        }
        return 2.0 * SIDE * SIDE * SIDE / best;
    }
}
