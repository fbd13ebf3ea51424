package dev.whence.attributor.onnx;

/**
 * How networks run.
 *
 * @param threads threads within one operator on the CPU, at least 1
 */
public record Inference(InferenceEngine engine, int threads) {

    /** On the CPU. */
    public static Inference cpu(int threads) {
        return new Inference(InferenceEngine.CPU, threads);
    }
}
