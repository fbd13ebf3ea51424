package dev.whence.attributor.onnx;

/** The engine that was asked for does not run on this machine. Its message is one sentence that says what to do. */
public final class EngineUnavailableException extends IllegalArgumentException {
    EngineUnavailableException(InferenceEngine engine, String reason) {
        super(
                "The engine %s does not run here (%s): use another --engine, or install what it needs (docs/operations.md)"
                        .formatted(engine, reason));
    }
}
