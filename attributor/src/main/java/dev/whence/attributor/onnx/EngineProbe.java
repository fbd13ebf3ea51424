package dev.whence.attributor.onnx;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Tries an engine in a process of its own, since native libraries without their driver may end the process that loads them. */
final class EngineProbe {
    private static final long PATIENCE_SECONDS = 120;
    private static final int REFUSED = 3;
    private static final String REASON = "reason: ";

    /** What the trials in this process's life came to. Empty: it runs. */
    private static final Map<InferenceEngine, Optional<String>> OUTCOMES = new EnumMap<>(InferenceEngine.class);

    private EngineProbe() {}

    /** @throws EngineUnavailableException if the engine does not run, or its trial came to nothing; the next call tries again then */
    static synchronized void require(InferenceEngine engine) {
        OUTCOMES.computeIfAbsent(engine, EngineProbe::trial).ifPresent(reason -> {
            throw new EngineUnavailableException(engine, reason);
        });
    }

    /**
     * Why the engine does not run; empty if it does.
     *
     * @throws EngineUnavailableException if that cannot be told
     */
    static Optional<String> trial(InferenceEngine engine) {
        try {
            Path output = Files.createTempFile("whence-probe", ".log");
            try {
                Process process = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                // ONNX Runtime overflows the usual stack of a main thread where the class path is long.
                                "-Xss8m",
                                "-Dai.djl.offline=true",
                                "-DOPT_OUT_TRACKING=true",
                                "-cp",
                                System.getProperty("java.class.path"),
                                EngineProbe.class.getName(),
                                engine.name())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                try {
                    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                        throw new EngineUnavailableException(
                                engine, "a trial did not end within %d s".formatted(PATIENCE_SECONDS));
                    }
                    return outcome(process.exitValue(), Files.readAllLines(output));
                } finally {
                    process.destroyForcibly();
                }
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new EngineUnavailableException(engine, "a process to try it in cannot be started, " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineUnavailableException(engine, "its trial was interrupted");
        }
    }

    /** Why the engine does not run; empty if it does. */
    static Optional<String> outcome(int exit, List<String> output) {
        if (exit == 0) {
            return Optional.empty();
        }
        return Optional.of(output.stream()
                .filter(line -> line.startsWith(REASON))
                .map(line -> line.substring(REASON.length()))
                .findFirst()
                .orElse("the process that tried it died with exit code " + exit));
    }

    /** Multiplies two small matrices on the engine that is named, and nowhere else. */
    public static void main(String[] arguments) {
        try {
            multiply(InferenceEngine.valueOf(arguments[0]));
            System.exit(0);
        } catch (RuntimeException | LinkageError e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            // Others may have written a line without its end.
            System.out.println("\n" + REASON
                    + String.valueOf(root.getMessage()).lines().findFirst().orElse(""));
            System.exit(REFUSED);
        }
    }

    static void multiply(InferenceEngine engine) {
        OnnxGraph graph = new OnnxGraph("probe");
        String product = graph.node("MatMul", graph.input("rows", 2), graph.constant(new float[] {1, 2, 3, 4}, 2, 2));
        graph.output(product, 2);
        try (OnnxNetwork network = OnnxNetwork.onNothingElse("probe", graph.toBytes(), new Inference(engine, 1))) {
            float[] row = network.run(1, manager -> new NDList(manager.create(new float[] {1, 1}, new Shape(1, 2))))
                    .get(0)[0];
            if (row[0] != 4 || row[1] != 6) {
                throw new IllegalStateException("it computes wrongly");
            }
        }
    }
}
