package dev.whence.attributor.space;

import ai.djl.ndarray.types.Shape;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.onnx.OnnxGraph;
import java.util.List;
import java.util.Map;

/**
 * The spaces that need no encoder. But for {@link #STATISTICS} an embedding has the shape of the image, 3 x size x size,
 * so that an artifact is an image again.
 */
enum ImageSpace implements EmbeddingSpace {
    /** Pixels in [0, 1] (Song et al. 2024, section 3). */
    RGB {
        @Override
        String embed(OnnxGraph graph, String pixels, int size) {
            return graph.node("Identity", List.of(pixels), Map.of(), name());
        }
    },

    /**
     * Per channel: log-magnitude of the shifted two-dimensional Fourier transform (Song et al. 2024, section 3). The
     * transform is four matrix products with constant matrices, since TensorRT has no DFT operator.
     */
    FREQ {
        @Override
        String embed(OnnxGraph graph, String pixels, int size) {
            float[] cosines = new float[size * size];
            float[] sines = new float[size * size];
            for (int u = 0; u < size; u++) {
                for (int x = 0; x < size; x++) {
                    // Row u holds frequency u - size/2: the zero frequency stands in the middle.
                    double angle = 2 * Math.PI * ((long) (u - size / 2) * x % size) / size;
                    cosines[u * size + x] = (float) StrictMath.cos(angle);
                    sines[u * size + x] = (float) StrictMath.sin(angle);
                }
            }
            String cosine = graph.constant(cosines, size, size);
            String sine = graph.constant(sines, size, size);
            String cosineRight = graph.constant(transposed(cosines, size), size, size);
            String sineRight = graph.constant(transposed(sines, size), size, size);
            String a = graph.node("MatMul", cosine, pixels);
            String b = graph.node("MatMul", sine, pixels);
            String real = graph.node("Sub", graph.node("MatMul", a, cosineRight), graph.node("MatMul", b, sineRight));
            // The sign of the imaginary part does not matter to a magnitude.
            String imaginary =
                    graph.node("Add", graph.node("MatMul", a, sineRight), graph.node("MatMul", b, cosineRight));
            String power = graph.node("Add", graph.node("Mul", real, real), graph.node("Mul", imaginary, imaginary));
            String magnitude = graph.node("Sqrt", power);
            String floored = graph.node("Add", magnitude, graph.constant(new float[] {MAGNITUDE_FLOOR}));
            return graph.node("Log", List.of(floored), Map.of(), name());
        }
    },

    /**
     * High-pass residual of the pixels: each pixel minus its 3 x 3 binomial blur, edges repeated. Projection and
     * artifact where the traces are and the content is not.
     */
    RESIDUAL {
        @Override
        String embed(OnnxGraph graph, String pixels, int size) {
            float[] kernel = new float[3 * 9];
            float[] binomial = {1, 2, 1, 2, 4, 2, 1, 2, 1};
            for (int channel = 0; channel < 3; channel++) {
                for (int i = 0; i < 9; i++) {
                    kernel[channel * 9 + i] = (i == 4 ? 1 : 0) - binomial[i] / 16;
                }
            }
            String padded =
                    graph.node("Pad", List.of(pixels, graph.integers(0, 0, 1, 1, 0, 0, 1, 1)), Map.of("mode", "edge"));
            return graph.node(
                    "Conv",
                    List.of(padded, graph.constant(kernel, 3, 1, 3, 3)),
                    Map.of("group", 3L, "kernel_shape", new long[] {3, 3}),
                    name());
        }
    },

    /** {@link PixelStatistics} of the pixels: a vector, which says how values and residuals are distributed, not where. */
    STATISTICS {
        @Override
        String embed(OnnxGraph graph, String pixels, int size) {
            return PixelStatistics.embed(graph, pixels, name());
        }

        @Override
        public Shape shape(int size) {
            return new Shape(PixelStatistics.DIMENSION);
        }

        @Override
        public int mirrored(int component, int size) {
            return PixelStatistics.mirrored(component);
        }
    };

    /** Keeps the logarithm finite where a flat image has no energy; far below the energy of 8-bit rounding. */
    private static final float MAGNITUDE_FLOOR = 1e-3f;

    /** Name of the input of {@link #graph}: n x size x size x 3 unsigned bytes. */
    private static final String PIXELS = "image";

    /** {@code embed.onnx}: a batch of images of size x size x 3 bytes to one output for each space, in their order. */
    static byte[] graph(List<ImageSpace> spaces, int size) {
        OnnxGraph graph = new OnnxGraph("embed");
        String bytes = graph.bytesInput(PIXELS, size, size, 3);
        String floats = graph.node("Cast", List.of(bytes), Map.of("to", 1L));
        String planes = graph.node("Transpose", List.of(floats), Map.of("perm", new long[] {0, 3, 1, 2}));
        String pixels = graph.node("Div", planes, graph.constant(new float[] {255}));
        for (ImageSpace space : spaces) {
            graph.output(space.embed(graph, pixels, size), space.shape(size).getShape());
        }
        return graph.toBytes();
    }

    @Override
    public Shape shape(int size) {
        return new Shape(3, size, size);
    }

    @Override
    public String sha256(int size) {
        return Hashes.sha256(graph(List.of(this), size));
    }

    @Override
    public int mirrored(int component, int size) {
        int column = component % size;
        // A mirrored image has the mirrored frequencies; the lowest one has no partner.
        int partner = this == FREQ ? (size - column) % size : size - 1 - column;
        return component - column + partner;
    }

    /** Adds the nodes that embed; the output carries the space's name. */
    abstract String embed(OnnxGraph graph, String pixels, int size);

    private static float[] transposed(float[] square, int size) {
        float[] result = new float[square.length];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                result[j * size + i] = square[i * size + j];
            }
        }
        return result;
    }
}
