package dev.whence.attributor.onnx;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * An ONNX graph that runs through DJL's ONNX Runtime engine. Safe for several threads: a session is
 * thread-safe and holds no state between calls.
 */
public final class OnnxNetwork implements AutoCloseable {
    /** DJL's name of the engine. */
    private static final String ENGINE = "OnnxRuntime";

    static {
        claimRuntime();
    }

    private final Model model;

    /** @throws IllegalArgumentException when the bytes are no graph that the engine can run */
    public OnnxNetwork(String name, byte[] graph, Inference inference) {
        this(name, graph, inference, false);
    }

    /** One that must not have a node on the CPU, unless that is the engine. */
    static OnnxNetwork onNothingElse(String name, byte[] graph, Inference inference) {
        return new OnnxNetwork(name, graph, inference, inference.engine() != InferenceEngine.CPU);
    }

    private OnnxNetwork(String name, byte[] graph, Inference inference, boolean onNothingElse) {
        model = Model.newInstance(name, ENGINE);
        try {
            SessionOptions session = new SessionOptions();
            inference.engine().configure(session);
            if (onNothingElse) {
                session.addConfigEntry("session.disable_cpu_ep_fallback", "1");
            }
            session.setIntraOpNumThreads(inference.threads());
            session.setInterOpNumThreads(1);
            // A thread that spins while it waits takes a core from decoding and from Flink.
            session.addConfigEntry("session.intra_op.allow_spinning", "0");
            model.load(new ByteArrayInputStream(graph), Map.of("sessionOptions", session));
        } catch (IOException | MalformedModelException | OrtException e) {
            model.close();
            throw new IllegalArgumentException("%s is no ONNX graph that can run here".formatted(name), e);
        }
    }

    /**
     * Makes DJL the creator of the process's one ONNX Runtime environment. DJL refuses to start when somebody else made
     * it first, so whoever opens a collection that searches with ONNX Runtime calls this before.
     */
    public static void claimRuntime() {
        Engine.getEngine(ENGINE);
    }

    /**
     * Runs one batch.
     *
     * @param images size of the batch
     * @param inputs creates the inputs, in the graph's order
     * @return every output, in the graph's order: {@code [image]} is its values, row by row
     */
    public List<float[][]> run(int images, Function<NDManager, NDList> inputs) {
        // A predictor belongs to one thread, and costs nothing beside a batch.
        try (NDManager batch = model.getNDManager().newSubManager();
                Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
                NDList outputs = predictor.predict(inputs.apply(batch))) {
            return outputs.stream().map(o -> rows(o.toFloatArray(), images)).toList();
        } catch (TranslateException e) {
            throw new UncheckedIOException(
                    new IOException("The network %s failed on a batch".formatted(model.getName()), e));
        }
    }

    private static float[][] rows(float[] batch, int count) {
        int length = batch.length / count;
        float[][] rows = new float[count][];
        for (int i = 0; i < count; i++) {
            rows[i] = Arrays.copyOfRange(batch, i * length, (i + 1) * length);
        }
        return rows;
    }

    @Override
    public void close() {
        model.close();
    }
}
