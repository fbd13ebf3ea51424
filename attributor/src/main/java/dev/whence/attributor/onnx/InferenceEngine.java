package dev.whence.attributor.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What runs the networks: the one place that knows. Each is an execution provider of ONNX Runtime, behind DJL. */
public enum InferenceEngine {
    /** The processor's cores, in 32-bit floats. */
    CPU("fp32") {
        @Override
        void configure(SessionOptions session) {}
    },

    /** NVIDIA's cuDNN and cuBLAS on the first GPU, in 32-bit floats. */
    CUDA("fp32") {
        @Override
        void configure(SessionOptions session) throws OrtException {
            requireProvider(OrtProvider.CUDA);
            try (OrtCUDAProviderOptions options = new OrtCUDAProviderOptions(DEVICE)) {
                options.add("use_tf32", "0");
                session.addCUDA(options);
            }
        }
    },

    /**
     * NVIDIA TensorRT on the first GPU, in what it makes of 32-bit floats (TF32 where the GPU has it); CUDA for what it has
     * not. The plans it makes at the first start are kept in .cache/whence/tensorrt of the user's home.
     */
    TENSORRT("tf32") {
        @Override
        void configure(SessionOptions session) throws OrtException {
            requireProvider(OrtProvider.TENSOR_RT);
            try (OrtTensorRTProviderOptions options = new OrtTensorRTProviderOptions(DEVICE)) {
                options.add("trt_engine_cache_enable", "1");
                options.add("trt_timing_cache_enable", "1");
                options.add("trt_engine_cache_path", plans());
                session.addTensorrt(options);
            }
            CUDA.configure(session);
        }
    };

    private static final int DEVICE = 0;

    private final String precision;

    InferenceEngine(String precision) {
        this.precision = precision;
    }

    /** Adds the engine to a session. */
    abstract void configure(SessionOptions session) throws OrtException;

    /** As events and metrics name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Of its arithmetic, as events and metrics name it. */
    public String precision() {
        return precision;
    }

    /**
     * Makes sure that the engine runs on this machine, by a trial in another process: native code may end the one it runs in.
     * The first call takes seconds.
     *
     * @throws EngineUnavailableException if it does not
     */
    public void require() {
        if (this != CPU) {
            EngineProbe.require(this);
        }
    }

    /** A library without the provider does not say so, it dies. */
    private static void requireProvider(OrtProvider provider) throws OrtException {
        if (!OrtEnvironment.getAvailableProviders().contains(provider)) {
            throw new OrtException("this ONNX Runtime is built without %s".formatted(provider.getName()));
        }
    }

    /** Not a temporary folder: what is there is run. */
    private static String plans() {
        Path folder = Path.of(System.getProperty("user.home"), ".cache", "whence", "tensorrt");
        try {
            return Files.createDirectories(folder).toString();
        } catch (IOException e) {
            throw new UncheckedIOException("TensorRT's plans cannot be kept in " + folder, e);
        }
    }

    @Override
    public String toString() {
        return label();
    }
}
