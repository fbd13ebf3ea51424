package dev.whence.attributor.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attributor;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.LabelledImage;
import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.projection.Projection;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.space.EncoderSpace;
import dev.whence.attributor.space.SyntheticEncoders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reference to attribution in the space of an encoder, alone and beside a built-in one. */
class EncoderSpaceTrainingTest {
    @TempDir
    static Path folder;

    static Path reference;
    static final List<LabelledImage> IMAGES = new ArrayList<>();

    @BeforeAll
    static void buildAReferenceWithAnEncoder() {
        reference = build("reference", SyntheticEncoders.write(folder.resolve("SL"), "SL", 1));
        IMAGES.addAll(SyntheticSources.labelled("real", 80, 2));
        IMAGES.addAll(SyntheticSources.labelled("chequered", 80, 3));
        IMAGES.addAll(SyntheticSources.labelled("striped", 80, 4));
    }

    @Test
    void theVectorsOfAnEncoderTellSourcesApart() throws Exception {
        Path bundle = train("vectors", List.of("SL"), 12);
        try (Attributor attributor = Attributor.open(bundle, reference, 1)) {
            int right = 0;
            int held = 0;
            for (LabelledImage image : IMAGES) {
                CanonicalImage canonical = attributor.canonical(image.image().bytes());
                if (!attributor.hasSeen(canonical.sha256())) {
                    held++;
                    Attribution answer = attributor
                            .attribute(List.of(canonical))
                            .attributions()
                            .get(0);
                    assertThat(answer.spaces())
                            .extracting(Attribution.SpaceReading::space)
                            .containsExactly("SL");
                    right += answer.candidates().get(0).generator().equals(image.label()) ? 1 : 0;
                }
            }
            assertThat(held).isBetween(30, 70);
            assertThat(right).isGreaterThan(held * 9 / 10);
        }
    }

    @Test
    void aBundleCarriesItsEncoderAndRefusesAReferenceOfAnother() throws Exception {
        Path bundle = train("fused", List.of("RGB", "SL"), 1);
        ModelBundle opened = ModelBundle.open(bundle);
        assertThat(opened.file("encoder-SL.onnx"))
                .isEqualTo(Files.readAllBytes(folder.resolve("SL").resolve("encoder.onnx")));
        assertThat(opened.views().get(1).space()).isInstanceOf(EncoderSpace.class);
        assertThat(opened.manifest().spaces().get(1).dimension()).isEqualTo(SyntheticEncoders.DIMENSION);
        try (Attributor attributor = Attributor.open(bundle, reference, 1)) {
            CanonicalImage image = attributor.canonical(IMAGES.get(0).image().bytes());
            assertThat(attributor
                            .attribute(List.of(image))
                            .attributions()
                            .get(0)
                            .spaces())
                    .extracting(Attribution.SpaceReading::space)
                    .containsExactly("RGB", "SL");
        }

        Path other = build("other", SyntheticEncoders.write(folder.resolve("far"), "SL", 3));
        assertThatThrownBy(() -> Attributor.open(bundle, other, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("embed differently in the space SL");

        Files.delete(bundle.resolve("encoder-SL.onnx"));
        assertThatThrownBy(() -> ModelBundle.open(bundle)).hasMessageContaining("lacks encoder-SL.onnx");
    }

    @Test
    void trainingWithAnotherEncoderThanTheReferencesIsRefused() {
        EmbeddingSpace other = EmbeddingSpace.ofEncoder(SyntheticEncoders.write(folder.resolve("third"), "SL", 2));
        try (Reference open = Reference.open(reference, 1)) {
            assertThatThrownBy(() -> AttributionTrainer.train(
                            open,
                            Map.of("striped", Optional.empty()),
                            IMAGES.iterator(),
                            settings(List.of(other), 1),
                            folder.resolve("none"),
                            new Silent()))
                    .hasMessageContaining("embeds in the space SL otherwise");
        }
    }

    private static Path build(String name, Path encoder) {
        Path out = folder.resolve(name);
        Reference.build(
                SyntheticSources.real(SyntheticSources.images("real", 60, 1)).iterator(),
                out,
                new Reference.Settings(
                        "photographs",
                        SyntheticSources.SIZE,
                        List.of(EmbeddingSpace.RGB, EmbeddingSpace.ofEncoder(encoder)),
                        1),
                new ReferenceStore.Embedded(),
                n -> {});
        return out;
    }

    private static Path train(String name, List<String> spaces, int epochs) {
        Path out = folder.resolve(name);
        try (Reference open = Reference.open(reference, 1)) {
            AttributionTrainer.train(
                    open,
                    Map.of("chequered", Optional.of("gan"), "striped", Optional.empty()),
                    IMAGES.iterator(),
                    settings(spaces.stream().map(open::space).toList(), epochs),
                    out,
                    new Silent());
        }
        return out;
    }

    private static TrainingSettings settings(List<EmbeddingSpace> spaces, int epochs) {
        return new TrainingSettings("synthetic", 1, epochs, views(spaces), 8, false, 0.2, 0.05, 1);
    }

    private static List<View> views(List<EmbeddingSpace> spaces) {
        return spaces.stream()
                .map(space -> new View(space, Projection.AFFINE_HULL))
                .toList();
    }

    private static final class Silent implements AttributionTrainer.Progress {
        @Override
        public void imageRead() {}

        @Override
        public void projected(long images, long of) {}

        @Override
        public void epoch(View view, int epoch, int of, double loss, double balancedAccuracy) {}
    }
}
