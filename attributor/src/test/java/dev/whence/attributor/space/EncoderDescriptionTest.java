package dev.whence.attributor.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncoderDescriptionTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** The example of the documentation, as somebody writes it by hand. */
    private static final String WRITTEN = """
            {"format": 1, "name": "SL", "file": "resnet50.onnx",
             "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
             "size": 224, "layout": "NCHW", "mean": [0.485, 0.456, 0.406], "deviation": [0.229, 0.224, 0.225],
             "output": "features", "dimension": 2048,
             "trainedOn": {"images": "ImageNet"}, "measured": {"topOne": 0.76}}
            """;

    @TempDir
    Path folder;

    @Test
    void readsWhatWasWrittenByHand() throws IOException {
        EncoderDescription read = read(WRITTEN);
        assertThat(read.name()).isEqualTo("SL");
        assertThat(read.tensor()).contains("features");
        assertThat(read.input().size()).isEqualTo(224);
        assertThat(read.input().layout()).isEqualTo(ImageEncoder.Layout.NCHW);
        assertThat(read.input().mean()).containsExactly(0.485f, 0.456f, 0.406f);
        assertThat(read.input().deviation()).containsExactly(0.229f, 0.224f, 0.225f);
        assertThat(read.dimension()).isEqualTo(2048);
        assertThat(read.trainedOn()).containsEntry("images", "ImageNet");
        assertThat(read.measured()).containsEntry("topOne", 0.76);
    }

    @Test
    void readsBackWhatItWrote() {
        byte[] graph = SyntheticEncoders.graph(1);
        EncoderDescription described = SyntheticEncoders.describe("SSL", graph, 9);
        described.write(folder.resolve("encoder"), graph);
        assertThat(EncoderDescription.read(folder.resolve("encoder"))).isEqualTo(described);
        assertThat(EmbeddingSpace.ofEncoder(folder.resolve("encoder")).graph()).isEqualTo(graph);
    }

    @ParameterizedTest
    @ValueSource(strings = {"output", "trainedOn", "measured"})
    void doesWithout(String field) throws IOException {
        EncoderDescription read = read(without(field));
        assertThat(read.dimension()).isEqualTo(2048);
    }

    @ParameterizedTest
    @ValueSource(strings = {"format", "name", "file", "sha256", "size", "layout", "mean", "deviation", "dimension"})
    void cannotDoWithout(String field) {
        assertRefused(without(field), field);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            format    | 2                  | reads 1
            name      | "resnet"           | capital letters
            name      | "../SL"            | capital letters
            name      | "RGB"              | built in
            file      | "../resnet50.onnx" | plain name
            file      | "encoder.json"     | plain name
            sha256    | "BA78"             | 64 lower-case
            size      | 7                  | 8 to 1024
            size      | 1025               | 8 to 1024
            layout    | "CHWN"             | NHWC
            mean      | [0.5]              | three numbers
            mean      | [0.5, null, 0.5]   | three numbers
            deviation | [1, 1]             | three numbers
            deviation | [1, 0, 1]          | deviation of 0
            output    | ""                 | output
            dimension | 0                  | 1 to 32768
            dimension | 32769              | 1 to 32768
            colour    | "sRGB"             | colour
            """)
    void refusesAndSaysWhy(String field, String value, String why) throws IOException {
        ObjectNode description = (ObjectNode) JSON.readTree(WRITTEN);
        description.set(field, JSON.readTree(value));
        assertRefused(description.toString(), why);
    }

    @Test
    void refusesWhatIsNoJson() {
        assertRefused("size = 224", "no JSON");
    }

    @Test
    void refusesAFolderWithoutDescription() {
        assertThatThrownBy(() -> EncoderDescription.read(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lacks encoder.json");
    }

    @Test
    void refusesAGraphThatIsNotThere() throws IOException {
        Files.writeString(folder.resolve("encoder.json"), WRITTEN);
        assertThatThrownBy(() -> EmbeddingSpace.ofEncoder(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("resnet50.onnx");
    }

    @Test
    void refusesAnotherGraphThanTheOneDescribed() throws IOException {
        Files.writeString(folder.resolve("encoder.json"), WRITTEN);
        Files.writeString(folder.resolve("resnet50.onnx"), "another one");
        assertThatThrownBy(() -> EmbeddingSpace.ofEncoder(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SHA-256")
                .hasMessageContaining("ba7816bf");
        byte[] graph = SyntheticEncoders.graph(1);
        EncoderDescription described = SyntheticEncoders.describe("SL", graph, 9);
        assertThatThrownBy(() -> described.write(folder.resolve("out"), SyntheticEncoders.graph(2)))
                .hasMessageContaining("SHA-256");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void isTheSameEncoderWhateverAPersonWroteBesideIt() throws IOException {
        String embedding = read(WRITTEN).embeddingSha256();
        assertThat(read(without("measured")).embeddingSha256()).isEqualTo(embedding);
        assertThat(read(WRITTEN.replace("resnet50.onnx", "other.onnx")).embeddingSha256())
                .isEqualTo(embedding);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sha256    | "cb7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            size      | 192
            layout    | "NHWC"
            mean      | [0.5, 0.456, 0.406]
            deviation | [0.229, 0.224, 0.5]
            output    | null
            dimension | 1000
            """)
    void isAnotherEncoderWhereItEmbedsOtherwise(String field, String value) throws IOException {
        ObjectNode description = (ObjectNode) JSON.readTree(WRITTEN);
        description.set(field, JSON.readTree(value));
        assertThat(read(description.toString()).embeddingSha256())
                .isNotEqualTo(read(WRITTEN).embeddingSha256());
    }

    private String without(String field) {
        try {
            return ((ObjectNode) JSON.readTree(WRITTEN)).without(field).toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private EncoderDescription read(String json) throws IOException {
        Files.writeString(folder.resolve("encoder.json"), json);
        return EncoderDescription.read(folder);
    }

    private void assertRefused(String json, String why) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("encoder.json")
                .hasMessageContaining(why);
    }
}
