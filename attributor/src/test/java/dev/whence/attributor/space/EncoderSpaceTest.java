package dev.whence.attributor.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.image.TriangleFilter;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.onnx.OnnxGraph;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EncoderSpaceTest {
    private static final EncoderSpace NEAR = space(SyntheticEncoders.graph(1), SyntheticEncoders.DIMENSION);

    @Test
    void aStripedImageDiffersAlongRowsOnly() {
        int size = SyntheticEncoders.SIZE;
        byte[] rgb = new byte[3 * size * size];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 3 % 2 == 0 ? 255 : 0);
        }
        try (Embedder embedder = Embedder.of(List.of(NEAR), size, 1)) {
            // Black and white are 1 / 0.25 apart after normalisation.
            assertThat(embedder.embed(List.of(new CanonicalImage("x", size, rgb)))[0][0])
                    .containsExactly(new float[] {4, 0, 4, 4, 0, 4, 4, 0, 4}, within(1e-5f));
        }
    }

    @Test
    void anImageOfAnotherSizeIsResampledToTheEncoders() {
        CanonicalImage small = noise(16, 1);
        CanonicalImage resampled = TriangleFilter.resample(small, SyntheticEncoders.SIZE);
        try (Embedder of16 = Embedder.of(List.of(NEAR), 16, 1);
                Embedder of32 = Embedder.of(List.of(NEAR), SyntheticEncoders.SIZE, 1)) {
            assertThat(of16.embed(List.of(small))[0][0]).isEqualTo(of32.embed(List.of(resampled))[0][0]);
        }
    }

    @Test
    void theSpacesComeInTheOrderAskedForWhateverEmbedsThem() {
        List<CanonicalImage> images = List.of(noise(16, 1), noise(16, 2), noise(16, 3));
        try (Embedder mixed = Embedder.of(List.of(EmbeddingSpace.FREQ, NEAR, EmbeddingSpace.RGB), 16, 1);
                Embedder encoder = Embedder.of(List.of(NEAR), 16, 1);
                Embedder builtIn = Embedder.of(List.of(EmbeddingSpace.RGB, EmbeddingSpace.FREQ), 16, 1)) {
            float[][][] embeddings = mixed.embed(images);
            assertThat(embeddings[1]).isDeepEqualTo(encoder.embed(images)[0]);
            assertThat(embeddings[2]).isDeepEqualTo(builtIn.embed(images)[0]);
            assertThat(embeddings[0]).isDeepEqualTo(builtIn.embed(images)[1]);
        }
    }

    @Test
    void aBatchTooLargeForOneRunIsEmbeddedInSeveral() {
        OnnxGraph graph = new OnnxGraph("encoder");
        String pooled = graph.node("GlobalMaxPool", graph.input("x", 3, 1024, 1024));
        graph.node("Flatten", List.of(pooled), Map.of(), "features");
        graph.output("features", 3);
        ImageEncoder.Input input =
                new ImageEncoder.Input(1024, ImageEncoder.Layout.NCHW, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
        try (ImageEncoder encoder =
                new ImageEncoder(graph.toBytes(), java.util.Optional.empty(), input, Inference.cpu(1))) {
            float[][] embeddings = encoder.embed(List.of(flat(0), flat(51), flat(102)));
            assertThat(embeddings[0]).containsExactly(new float[] {0, 0, 0}, within(1e-6f));
            assertThat(embeddings[1]).containsExactly(new float[] {0.2f, 0.2f, 0.2f}, within(1e-6f));
            assertThat(embeddings[2]).containsExactly(new float[] {0.4f, 0.4f, 0.4f}, within(1e-6f));
        }
    }

    @Test
    void refusesAnEncoderOfAnotherDimensionThanDescribed() {
        EncoderSpace wrong = space(SyntheticEncoders.graph(1), 128);
        assertThatThrownBy(() -> Embedder.of(List.of(wrong), 16, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SL makes 9 components of an image, not 128");
    }

    @Test
    void refusesAnEncoderThatTakesOtherImagesThanDescribed() {
        OnnxGraph graph = new OnnxGraph("encoder");
        graph.node("Identity", List.of(graph.input("x", 3, 224, 224)), Map.of(), "features");
        graph.output("features", 3, 224, 224);
        EncoderSpace wrong = space(graph.toBytes(), 9);
        assertThatThrownBy(() -> Embedder.of(List.of(wrong), 16, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SL does not take batches of 32 x 32 pixels in the order NCHW");
    }

    private static EncoderSpace space(byte[] graph, int dimension) {
        return new EncoderSpace(SyntheticEncoders.describe("SL", graph, dimension), graph);
    }

    private static CanonicalImage noise(int size, long seed) {
        byte[] rgb = new byte[3 * size * size];
        new Random(seed).nextBytes(rgb);
        return new CanonicalImage("x", size, rgb);
    }

    private static CanonicalImage flat(int value) {
        byte[] rgb = new byte[3 * 1024 * 1024];
        java.util.Arrays.fill(rgb, (byte) value);
        return new CanonicalImage("x", 1024, rgb);
    }
}
