package dev.whence.vectorstore;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.whence.vectorstore.ProductGraph.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Products of a batch of queries with {@value #ROWS} rows, on one thread: what a first pass can be built on. Run with
 * {@code mvn -q -pl vector-store test-compile exec:exec@kernels}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
public class KernelBenchmark {
    private static final int ROWS = 16384;

    /** Where the rows are. */
    public enum Form {
        /** Right operand, a constant that is packed once. */
        CONSTANT,
        /** Right operand, component by component, given at every call. */
        COLUMNS,
        /** Left operand, row by row, given at every call. */
        ROWS
    }

    @Param({"FLOAT", "UINT8_INT8", "UINT8_UINT8"})
    private String kind = "";

    @Param({"CONSTANT", "COLUMNS", "ROWS"})
    private String form = "";

    @Param({"256", "512", "1024", "3072"})
    private int dimension;

    @Param({"1", "64"})
    private int batch;

    @SuppressWarnings("NullAway.Init") // JMH opens it
    private OrtSession session;

    private final Map<String, OnnxTensor> inputs = new HashMap<>();

    @Setup
    public void open() throws OrtException {
        Kind operands = Kind.valueOf(kind);
        Form given = Form.valueOf(form);
        int left = given == Form.ROWS ? ROWS : batch;
        int right = given == Form.ROWS ? batch : ROWS;
        OnnxJavaType leftType = operands == Kind.FLOAT ? OnnxJavaType.FLOAT : OnnxJavaType.UINT8;
        OnnxJavaType rightType = operands == Kind.UINT8_INT8 ? OnnxJavaType.INT8 : leftType;
        inputs.put(ProductGraph.LEFT, tensor(bytes(leftType, left), leftType, left, dimension));
        ByteBuffer rightBytes = bytes(rightType, right);
        if (given == Form.CONSTANT) {
            session = ProductGraph.ofConstant(operands, dimension, right, rightBytes);
        } else {
            session = ProductGraph.ofInputs(operands, dimension);
            inputs.put(ProductGraph.RIGHT, tensor(rightBytes, rightType, dimension, right));
        }
    }

    @Benchmark
    public long multiply() throws OrtException {
        try (OrtSession.Result result = session.run(inputs)) {
            return result.size();
        }
    }

    @TearDown
    public void close() throws OrtException {
        inputs.values().forEach(OnnxTensor::close);
        session.close();
    }

    private static OnnxTensor tensor(ByteBuffer bytes, OnnxJavaType type, long rows, long columns) throws OrtException {
        long[] shape = {rows, columns};
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        return type == OnnxJavaType.FLOAT
                ? OnnxTensor.createTensor(environment, bytes.asFloatBuffer(), shape)
                : OnnxTensor.createTensor(environment, bytes, shape, type);
    }

    private ByteBuffer bytes(OnnxJavaType type, int vectors) {
        Random random = new Random(1);
        ByteBuffer bytes = ByteBuffer.allocateDirect(vectors * dimension * (type == OnnxJavaType.FLOAT ? 4 : 1))
                .order(ByteOrder.nativeOrder());
        while (bytes.hasRemaining()) {
            if (type == OnnxJavaType.FLOAT) {
                bytes.putFloat(random.nextFloat());
            } else {
                bytes.put((byte) random.nextInt(128));
            }
        }
        return bytes.flip();
    }
}
