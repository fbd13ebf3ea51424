package dev.whence.attributor.space;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.onnx.OnnxGraph;
import dev.whence.attributor.space.ImageEncoder.Input;
import dev.whence.attributor.space.ImageEncoder.Layout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ImageEncoderTest {
    /** Two by two pixels: red, green, blue, and one of 51, 102, 255. */
    private static final CanonicalImage IMAGE =
            new CanonicalImage("0".repeat(64), 2, new byte[] {-1, 0, 0, 0, -1, 0, 0, 0, -1, 51, 102, -1});

    private static final List<Float> MEAN = List.of(0.5f, 0f, 1f);
    private static final List<Float> DEVIATION = List.of(0.5f, 1f, 2f);

    @Test
    void normalisesPlaneByPlane() {
        Input input = new Input(2, Layout.NCHW, MEAN, DEVIATION);
        try (ImageEncoder encoder = new ImageEncoder(graph(3, 2, 2), Optional.empty(), input, Inference.cpu(1))) {
            float[][] embeddings = encoder.embed(List.of(IMAGE, IMAGE));
            float[] expected = {1, -1, -1, -0.6f, 0, 1, 0, 0.4f, -0.5f, -0.5f, 0, 0};
            assertThat(embeddings).hasDimensions(2, 12);
            assertThat(embeddings[1]).containsExactly(expected, within(1e-6f));
        }
    }

    @Test
    void normalisesPixelByPixelWhereTheGraphWantsThat() {
        Input input = new Input(2, Layout.NHWC, MEAN, DEVIATION);
        try (ImageEncoder encoder = new ImageEncoder(graph(2, 2, 3), Optional.empty(), input, Inference.cpu(1))) {
            float[] expected = {1, 0, -0.5f, -1, 1, -0.5f, -1, 0, 0, -0.6f, 0.4f, 0};
            assertThat(encoder.embed(List.of(IMAGE))[0]).containsExactly(expected, within(1e-6f));
        }
    }

    @Test
    void takesATensorFromTheMiddleOfTheGraph() {
        Input input = new Input(2, Layout.NCHW, MEAN, DEVIATION);
        try (ImageEncoder encoder = new ImageEncoder(graph(3, 2, 2), Optional.of("middle"), input, Inference.cpu(1))) {
            float[] expected = {-1, 1, 1, 0.6f, 0, -1, 0, -0.4f, 0.5f, 0.5f, 0, 0};
            assertThat(encoder.embed(List.of(IMAGE))[0]).containsExactly(expected, within(1e-6f));
        }
    }

    @Test
    void namesTheLastTensorWhenThereIsNoneOfThatName() {
        Input input = new Input(2, Layout.NCHW, MEAN, DEVIATION);
        assertThatThrownBy(() -> new ImageEncoder(graph(3, 2, 2), Optional.of("features"), input, Inference.cpu(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("features")
                .hasMessageContaining("last");
    }

    @Test
    void refusesWhatIsNoGraph() {
        Input input = new Input(2, Layout.NCHW, MEAN, DEVIATION);
        assertThatThrownBy(
                        () -> new ImageEncoder("no graph".getBytes(UTF_8), Optional.empty(), input, Inference.cpu(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The images' negative, called middle, and its negative again. */
    private static byte[] graph(long... shape) {
        OnnxGraph graph = new OnnxGraph("encoder");
        String middle = graph.node("Neg", List.of(graph.input("x", shape)), Map.of(), "middle");
        graph.node("Neg", List.of(middle), Map.of(), "last");
        graph.output("last", shape);
        return graph.toBytes();
    }
}
