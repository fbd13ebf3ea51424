package dev.whence.attributor.space;

import dev.whence.attributor.onnx.OnnxGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The nodes that describe an image by statistics of its pixels, whatever its size. Three kinds, each brought to a like
 * spread:
 *
 * <ul>
 *   <li>co-occurrences of neighbouring residuals: how often one of -3 to 3 lies beside another, square root of the share
 *       (Fridrich and Kodovsky 2012; for generated images Nataraj et al. 2019). Residuals are horizontal and vertical first
 *       differences and the Laplacian of each channel, and first differences of red - green and green - blue; co-occurrences
 *       of one channel's residual with the next channel's besides;
 *   <li>magnitudes of the 8 x 8 block cosine transform, of luminance and two colour differences: logarithm of the mean and
 *       mean of the logarithm over the blocks, {@value #COSINE_SCALE} of it;
 *   <li>of each channel: mean, deviation, extremes, shares of the values that clipping, stretching and rounding make rare
 *       or frequent; correlations between channels.
 * </ul>
 */
final class PixelStatistics {
    /** {@value #LIMIT} and beyond is one value. */
    private static final int LIMIT = 3;

    private static final int VALUES = 2 * LIMIT + 1;
    private static final int BLOCK = 8;
    private static final float COSINE_SCALE = 0.1f;
    /** Keeps the logarithm finite, and rounding to bytes from counting in it. */
    private static final float MAGNITUDE_FLOOR = 0.1f;

    private static final long CHANNELS = 1;
    private static final long ROWS = 2;
    private static final long COLUMNS = 3;

    /** Horizontal differences of the channels, of red - green and of green - blue. */
    private static final int HORIZONTAL_PLANES = 5;
    /** Vertical differences of the channels; as many Laplacians. */
    private static final int OTHER_PLANES = 3;

    private static final int RESIDUAL_PLANES = HORIZONTAL_PLANES + 2 * OTHER_PLANES;
    private static final int CO_OCCURRENCES = (2 * RESIDUAL_PLANES + 2) * VALUES * VALUES;
    private static final int COSINES = 2 * 3 * BLOCK * BLOCK;
    private static final int VALUE_STATISTICS = 3 * 9 + 3;

    /** Components of an embedding. */
    static final int DIMENSION = CO_OCCURRENCES + COSINES + VALUE_STATISTICS;

    private final OnnxGraph graph;
    private final List<String> parts = new ArrayList<>();

    private PixelStatistics(OnnxGraph graph) {
        this.graph = graph;
    }

    /**
     * @param pixels n x 3 x size x size in [0, 1]
     * @return n x {@link #DIMENSION}, under the given name
     */
    static String embed(OnnxGraph graph, String pixels, String name) {
        PixelStatistics statistics = new PixelStatistics(graph);
        String bytes = graph.node("Round", graph.node("Mul", pixels, statistics.constant(255)));
        statistics.addCoOccurrences(bytes);
        statistics.addCosines(bytes);
        statistics.addValues(bytes);
        return graph.node("Concat", statistics.parts, Map.of("axis", 1L), name);
    }

    /**
     * Which component is this one of the mirrored image: a mirrored horizontal difference has the other sign, and
     * horizontal neighbours change sides. Cosine magnitudes stay as they are where the size is a multiple of {@value #BLOCK}.
     */
    static int mirrored(int component) {
        int pairs = VALUES * VALUES;
        int block = component / pairs;
        if (component >= CO_OCCURRENCES) {
            return component;
        }
        int first = component % pairs / VALUES;
        int second = component % VALUES;
        boolean crossChannel = block >= 2 * RESIDUAL_PLANES;
        boolean horizontalDifference = block < 2 * HORIZONTAL_PLANES || crossChannel;
        int planes = horizontalDifference ? HORIZONTAL_PLANES : OTHER_PLANES;
        int withinKind = horizontalDifference ? block : (block - 2 * HORIZONTAL_PLANES) % (2 * OTHER_PLANES);
        boolean horizontalNeighbours = !crossChannel && withinKind >= planes;
        int left = horizontalDifference ? VALUES - 1 - first : first;
        int right = horizontalDifference ? VALUES - 1 - second : second;
        int pair = horizontalNeighbours ? right * VALUES + left : left * VALUES + right;
        return block * pairs + pair;
    }

    private void addCoOccurrences(String bytes) {
        String colours = graph.node("Sub", slice(bytes, CHANNELS, 0, 2), slice(bytes, CHANNELS, 1, Long.MAX_VALUE));
        String all = graph.node("Concat", List.of(bytes, colours), Map.of("axis", CHANNELS));
        String horizontal = oneHot(difference(all, COLUMNS));
        addPairs(horizontal, HORIZONTAL_PLANES);
        addPairs(oneHot(difference(bytes, ROWS)), OTHER_PLANES);
        addPairs(oneHot(laplacian(bytes)), OTHER_PLANES);
        addShares(slice(horizontal, CHANNELS, 0, 2), slice(horizontal, CHANNELS, 1, 3), 2);
    }

    private String difference(String planes, long axis) {
        return graph.node("Sub", slice(planes, axis, 1, Long.MAX_VALUE), slice(planes, axis, 0, -1));
    }

    /** A quarter of what a pixel exceeds its four neighbours by, rounded down. */
    private String laplacian(String bytes) {
        float[] kernel = new float[3 * 9];
        for (int channel = 0; channel < 3; channel++) {
            for (int i = 1; i < 9; i += 2) {
                kernel[channel * 9 + i] = -0.25f;
            }
            kernel[channel * 9 + 4] = 1;
        }
        return graph.node(
                "Floor",
                graph.node(
                        "Conv",
                        List.of(bytes, graph.constant(kernel, 3, 1, 3, 3)),
                        Map.of("group", 3L, "kernel_shape", new long[] {3, 3})));
    }

    /** n x planes x values x rows x columns: 1 where the residual has the value. */
    private String oneHot(String residuals) {
        String clipped = graph.node("Clip", residuals, constant(-LIMIT), constant(LIMIT));
        String stacked = graph.node("Unsqueeze", clipped, graph.integers(2));
        float[] values = new float[VALUES];
        for (int i = 0; i < VALUES; i++) {
            values[i] = i - LIMIT;
        }
        String equal = graph.node("Equal", stacked, graph.constant(values, 1, 1, VALUES, 1, 1));
        return floats(equal);
    }

    /** Horizontal and vertical neighbours in the same plane. */
    private void addPairs(String oneHot, int planes) {
        for (long axis : new long[] {3, 4}) {
            addShares(slice(oneHot, axis, 0, -1), slice(oneHot, axis, 1, Long.MAX_VALUE), planes);
        }
    }

    /** How often each value of one lies where each value of the other does: a matrix product of what is one-hot. */
    private void addShares(String first, String second, int planes) {
        String shape = graph.integers(0, planes, VALUES, -1);
        String left = graph.node("Reshape", first, shape);
        String right = graph.node(
                "Transpose", List.of(graph.node("Reshape", second, shape)), Map.of("perm", new long[] {0, 1, 3, 2}));
        String counts = graph.node("MatMul", left, right);
        String total = graph.node("ReduceSum", counts, graph.integers(2, 3));
        parts.add(flat(graph.node("Sqrt", graph.node("Div", counts, total))));
    }

    private void addCosines(String bytes) {
        float[] weights = {0.299f, 0.587f, 0.114f, -0.299f, -0.587f, 0.886f, 0.701f, -0.587f, -0.114f};
        String colours = graph.node(
                "Conv", List.of(bytes, graph.constant(weights, 3, 3, 1, 1)), Map.of("kernel_shape", new long[] {1, 1}));
        float[] basis = new float[BLOCK * BLOCK * BLOCK * BLOCK];
        for (int filter = 0; filter < BLOCK * BLOCK; filter++) {
            for (int i = 0; i < BLOCK * BLOCK; i++) {
                basis[filter * BLOCK * BLOCK + i] =
                        (float) (cosine(filter / BLOCK, i / BLOCK) * cosine(filter % BLOCK, i % BLOCK));
            }
        }
        float[] filters = new float[3 * basis.length];
        for (int channel = 0; channel < 3; channel++) {
            System.arraycopy(basis, 0, filters, channel * basis.length, basis.length);
        }
        String coefficients = graph.node(
                "Conv",
                List.of(colours, graph.constant(filters, 3 * BLOCK * BLOCK, 1, BLOCK, BLOCK)),
                Map.of(
                        "group", 3L,
                        "kernel_shape", new long[] {BLOCK, BLOCK},
                        "strides", new long[] {BLOCK, BLOCK}));
        String magnitudes = graph.node("Abs", coefficients);
        Stream.of(logarithm(mean(magnitudes)), mean(logarithm(magnitudes)))
                .forEach(value -> parts.add(flat(graph.node("Mul", value, constant(COSINE_SCALE)))));
    }

    private static double cosine(int frequency, int place) {
        double norm = frequency == 0 ? Math.sqrt(1.0 / BLOCK) : Math.sqrt(2.0 / BLOCK);
        return norm * StrictMath.cos((2 * place + 1) * frequency * Math.PI / (2 * BLOCK));
    }

    private String logarithm(String value) {
        return graph.node("Log", graph.node("Add", value, constant(MAGNITUDE_FLOOR)));
    }

    private void addValues(String bytes) {
        String average = mean(bytes);
        String centred = graph.node("Sub", bytes, average);
        String deviation = graph.node("Sqrt", mean(graph.node("Mul", centred, centred)));
        Map<String, Object> overPixels = Map.of("axes", new long[] {ROWS, COLUMNS});
        Stream.of(
                        graph.node("Div", average, constant(255)),
                        graph.node("Div", deviation, constant(128)),
                        graph.node("Div", graph.node("ReduceMin", List.of(bytes), overPixels), constant(255)),
                        graph.node("Div", graph.node("ReduceMax", List.of(bytes), overPixels), constant(255)),
                        mean(floats(graph.node("Equal", bytes, constant(0)))),
                        mean(floats(graph.node("Equal", bytes, constant(255)))),
                        mean(floats(graph.node("Less", bytes, constant(8)))),
                        mean(floats(graph.node("Greater", bytes, constant(247)))),
                        mean(graph.node("Mod", List.of(bytes, constant(2)), Map.of("fmod", 1L))))
                .forEach(value -> parts.add(flat(value)));
        String unit = graph.node("Div", centred, graph.node("Add", deviation, constant(1e-3f)));
        String turned = graph.node(
                "Concat",
                List.of(slice(unit, CHANNELS, 1, Long.MAX_VALUE), slice(unit, CHANNELS, 0, 1)),
                Map.of("axis", CHANNELS));
        parts.add(flat(mean(graph.node("Mul", unit, turned))));
    }

    private String mean(String planes) {
        return graph.node("ReduceMean", List.of(planes), Map.of("axes", new long[] {ROWS, COLUMNS}));
    }

    private String floats(String booleans) {
        return graph.node("Cast", List.of(booleans), Map.of("to", 1L));
    }

    private String flat(String value) {
        return graph.node("Flatten", value);
    }

    private String slice(String value, long axis, long from, long to) {
        return graph.node("Slice", value, graph.integers(from), graph.integers(to), graph.integers(axis));
    }

    private String constant(float value) {
        return graph.constant(new float[] {value});
    }
}
