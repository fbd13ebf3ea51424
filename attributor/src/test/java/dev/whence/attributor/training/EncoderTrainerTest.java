package dev.whence.attributor.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.LabelledImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Encoders of pictures with lying and standing bars. */
class EncoderTrainerTest {
    private static final List<LabelledImage> PICTURES = BarPictures.inOneFolder(400, 1);

    @TempDir
    Path folder;

    @Test
    void aSupervisedEncoderShowsTheClassesBetterThanPixelsAndAnUntrainedOne() {
        Map<String, Double> measured = train(EncoderKind.SUPERVISED, 30, folder.resolve("SL"), false, new Recorder());
        assertThat(measured.get("probe"))
                .isGreaterThan(0.9)
                .isGreaterThanOrEqualTo(measured.get("probeOfPixels"))
                .isGreaterThanOrEqualTo(measured.get("probeUntrained"));
    }

    @Test
    void barlowTwinsLearnsWithoutLabels() {
        Recorder recorder = new Recorder();
        train(EncoderKind.BARLOW_TWINS, 8, folder.resolve("SSL"), false, recorder);
        assertThat(recorder.losses.get(7)).isLessThan(recorder.losses.get(0) * 0.8);
    }

    @ParameterizedTest
    @EnumSource
    void theSameSeedGivesTheSameBytesAndAnotherSeedOthers(EncoderKind kind) throws IOException {
        train(kind, 1, folder.resolve("first"), false, new Recorder());
        train(kind, 1, folder.resolve("second"), false, new Recorder());
        EncoderTrainer.train(PICTURES.iterator(), settings(kind, 1, 2), folder.resolve("third"), false, new Recorder());
        assertThat(graph("second")).isEqualTo(graph("first")).isNotEqualTo(graph("third"));
        assertThat(folder.resolve("second/encoder.json")).hasSameBinaryContentAs(folder.resolve("first/encoder.json"));
    }

    @ParameterizedTest
    @CsvSource({"SUPERVISED, 1", "SUPERVISED, 3", "BARLOW_TWINS, 2"})
    void aTrainingThatWasCutOffGoesOnAsIfNothingHadBeen(EncoderKind kind, int epoch) throws IOException {
        train(kind, 3, folder.resolve("whole"), false, new Recorder());
        Path cut = folder.resolve("cut");
        assertThatThrownBy(() -> train(kind, 3, cut, false, new CutOff(epoch))).isInstanceOf(CutOffException.class);
        assertThat(cut.resolve("encoder.json")).doesNotExist();
        assertThatThrownBy(() -> train(kind, 3, cut, false, new Recorder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("add --resume");

        Recorder rest = new Recorder();
        train(kind, 3, cut, true, rest);

        assertThat(rest.losses).hasSize(3 - epoch);
        assertThat(graph("cut")).isEqualTo(graph("whole"));
        assertThat(cut.resolve("encoder.json")).hasSameBinaryContentAs(folder.resolve("whole/encoder.json"));
        try (var files = Files.list(cut)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void aTrainingGoesOnWithItsOwnSettingsAndImagesOnly() {
        Path cut = folder.resolve("cut");
        assertThatThrownBy(() -> train(EncoderKind.SUPERVISED, 3, cut, false, new CutOff(1)))
                .isInstanceOf(CutOffException.class);
        assertThatThrownBy(() -> train(EncoderKind.SUPERVISED, 4, cut, true, new Recorder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other settings or images");
        assertThatThrownBy(() -> EncoderTrainer.train(
                        PICTURES.subList(1, 400).iterator(),
                        settings(EncoderKind.SUPERVISED, 3, 1),
                        cut,
                        true,
                        new Recorder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other settings or images");
    }

    @Test
    void theFolderSaysWhatTheEncoderIs() throws IOException {
        train(EncoderKind.SUPERVISED, 1, folder.resolve("SL"), false, new Recorder());
        JsonNode description =
                new ObjectMapper().readTree(folder.resolve("SL/encoder.json").toFile());
        assertThat(description.get("format").asInt()).isEqualTo(1);
        assertThat(description.get("name").asText()).isEqualTo("SL");
        assertThat(description.get("file").asText()).isEqualTo("encoder.onnx");
        assertThat(description.get("sha256").asText()).isEqualTo(Hashes.sha256(graph("SL")));
        assertThat(description.get("size").asInt()).isEqualTo(BarPictures.SIZE);
        assertThat(description.get("layout").asText()).isEqualTo("NCHW");
        // Levels of grounds and bars are uniform: a mean of 1/2 and a deviation of the root of 1/12.
        assertThat(description.get("mean"))
                .hasSize(3)
                .allSatisfy(m -> assertThat(m.asDouble()).isBetween(0.46, 0.54));
        assertThat(description.get("deviation"))
                .hasSize(3)
                .allSatisfy(d -> assertThat(d.asDouble()).isBetween(0.27, 0.31));
        assertThat(description.get("output").isNull()).isTrue();
        assertThat(description.get("dimension").asInt()).isEqualTo(16);
        assertThat(description.get("trainedOn").get("kind").asText()).isEqualTo("supervised");
        assertThat(description.get("trainedOn").get("classes").asText()).isEqualTo("lying standing");
        assertThat(description.get("measured").get("probe").asDouble()).isPositive();
    }

    @Test
    void aFinishedEncoderIsNotOverwritten() {
        train(EncoderKind.SUPERVISED, 1, folder.resolve("SL"), false, new Recorder());
        assertThatThrownBy(() -> train(EncoderKind.SUPERVISED, 1, folder.resolve("SL"), true, new Recorder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name a new folder");
    }

    @Test
    void nothingToGoOnWithIsSaid() {
        assertThatThrownBy(() -> train(EncoderKind.SUPERVISED, 1, folder.resolve("none"), true, new Recorder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("leave --resume out");
    }

    @Test
    void foldersAreTheClassesWhereThereIsMoreThanOne() {
        Recorder recorder = new Recorder();
        List<LabelledImage> inFolders = new ArrayList<>();
        for (int i = 0; i < PICTURES.size(); i++) {
            inFolders.add(new LabelledImage(
                    List.of("a", "b", "c").get(i % 3), PICTURES.get(i).image()));
        }
        EncoderTrainer.train(
                inFolders.iterator(), settings(EncoderKind.SUPERVISED, 1, 1), folder.resolve("SL"), false, recorder);
        assertThat(recorder.starts.get(0).labels()).isEqualTo("folders");
        assertThat(recorder.starts.get(0).classes()).containsExactly("a", "b", "c");
    }

    @Test
    void imagesThatAreOnlyNumberedHaveNoLabels() {
        List<LabelledImage> numbered = new ArrayList<>();
        for (int i = 0; i < PICTURES.size(); i++) {
            byte[] bytes = PICTURES.get(i).image().bytes();
            numbered.add(new LabelledImage("bars", new EncodedImage("bars/bar-%05d.png".formatted(i), bytes)));
        }
        assertThatThrownBy(() -> EncoderTrainer.train(
                        numbered.iterator(),
                        settings(EncoderKind.SUPERVISED, 1, 1),
                        folder.resolve("SL"),
                        false,
                        new Recorder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no labels");

        Recorder recorder = new Recorder();
        Map<String, Double> measured = EncoderTrainer.train(
                numbered.iterator(), settings(EncoderKind.BARLOW_TWINS, 1, 1), folder.resolve("SSL"), false, recorder);
        assertThat(recorder.starts.get(0).classes()).isEmpty();
        assertThat(measured).containsOnlyKeys("heldOutImages");
    }

    @ParameterizedTest
    @CsvSource({
        "ref-00001-deer.jpg, deer",
        "photo_17_black cat.jpeg, black cat",
        "a-b_c.png, c",
        "a_b-c.png, c",
        "truck.png, truck",
        "a-truck, truck"
    })
    void theLastPartOfANameIsTheClass(String fileName, String label) {
        assertThat(EncoderImages.lastPart(fileName)).isEqualTo(label);
    }

    @Test
    void unreadableAndRepeatedImagesAreLeftOutAndUnreadableOnesCounted() {
        List<LabelledImage> more = new ArrayList<>(PICTURES);
        more.add(PICTURES.get(0));
        more.add(new LabelledImage("bars", new EncodedImage("bars/broken-lying.png", new byte[] {1, 2, 3})));
        Recorder recorder = new Recorder();
        EncoderTrainer.train(
                more.iterator(), settings(EncoderKind.SUPERVISED, 1, 1), folder.resolve("SL"), false, recorder);
        EncoderTrainer.Start start = recorder.starts.get(0);
        assertThat(start.images() + start.heldOut()).isEqualTo(400);
        assertThat(start.heldOut()).isBetween(20, 60);
        assertThat(start.rejected()).isEqualTo(1);
    }

    private byte[] graph(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name).resolve("encoder.onnx"));
    }

    private static Map<String, Double> train(
            EncoderKind kind, int epochs, Path out, boolean resume, EncoderTrainer.Progress progress) {
        return EncoderTrainer.train(PICTURES.iterator(), settings(kind, epochs, 1), out, resume, progress);
    }

    private static EncoderSettings settings(EncoderKind kind, int epochs, long seed) {
        return new EncoderSettings(kind.space(), kind, BarPictures.SIZE, 16, epochs, seed, 1);
    }

    private static class Recorder implements EncoderTrainer.Progress {
        final List<EncoderTrainer.Start> starts = new ArrayList<>();
        final List<Double> losses = new ArrayList<>();

        @Override
        public void imageRead() {}

        @Override
        public void start(EncoderTrainer.Start start) {
            starts.add(start);
        }

        @Override
        public void epoch(int epoch, int of, double loss, OptionalDouble probe) {
            losses.add(loss);
        }
    }

    /** Ends the training after one of its epochs, as a kill would. */
    private static final class CutOff extends Recorder {
        private final int last;

        CutOff(int last) {
            this.last = last;
        }

        @Override
        public void epoch(int epoch, int of, double loss, OptionalDouble probe) {
            if (epoch == last) {
                throw new CutOffException();
            }
        }
    }

    private static final class CutOffException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
