package dev.whence.attributor.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attribution.Candidate;
import dev.whence.attributor.Attributor;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.LabelledImage;
import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.image.Framing;
import dev.whence.attributor.projection.Projection;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.attributor.space.EmbeddingSpace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images larger than the canonical size whose only trace is as fine as their pixels. */
class CropsTrainingTest {
    private static final Framing CROPS = new Framing(4);
    private static final int SIZE = 16;

    @TempDir
    static Path folder;

    private static final List<LabelledImage> IMAGES = new ArrayList<>();

    @BeforeAll
    static void trainOnCropsAndOnResizedImages() {
        IMAGES.addAll(LargePictures.labelled("real", 70, 2));
        IMAGES.addAll(LargePictures.labelled("chequered", 70, 3));
        // Of the size itself: their only crop counts as an image all the same.
        IMAGES.addAll(SyntheticSources.labelled("real", 10, 4));
        IMAGES.addAll(SyntheticSources.labelled("chequered", 10, 5));
        train(CROPS);
        train(Framing.RESIZE);
    }

    private static Path reference(Framing framing) {
        return folder.resolve("reference-" + framing.crops());
    }

    private static Path bundle(Framing framing) {
        return folder.resolve("bundle-" + framing.crops());
    }

    private static void train(Framing framing) {
        Reference.build(
                SyntheticSources.real(LargePictures.images("real", 30, 1)).iterator(),
                reference(framing),
                new Reference.Settings("photographs", SIZE, framing, List.of(EmbeddingSpace.RESIDUAL), 1),
                new ReferenceStore.Embedded(),
                n -> {});
        List<View> views = List.of(
                new View(EmbeddingSpace.RESIDUAL, Projection.NONE),
                new View(EmbeddingSpace.RESIDUAL, Projection.NEAREST));
        try (Reference open = Reference.open(reference(framing), 1)) {
            AttributionTrainer.train(
                    open,
                    Map.of("chequered", Optional.empty()),
                    IMAGES.iterator(),
                    new TrainingSettings("large", 1, 6, views, 8, true, 0.3, 0.05, 1),
                    bundle(framing),
                    new SilentProgress());
        }
    }

    @Test
    void cropsTellApartWhatResizingMakesTheSame() throws Exception {
        double cropped = accuracy(CROPS);
        assertThat(cropped).isGreaterThan(0.95);
        assertThat(accuracy(Framing.RESIZE)).isLessThan(cropped - 0.2);
    }

    private static double accuracy(Framing framing) throws Exception {
        List<LabelledImage> images = new ArrayList<>(LargePictures.labelled("real", 20, 8));
        images.addAll(LargePictures.labelled("chequered", 20, 9));
        try (Attributor attributor = Attributor.open(bundle(framing), reference(framing), 1)) {
            int right = 0;
            for (LabelledImage image : images) {
                Attribution answer =
                        attribute(attributor, attributor.canonical(image.image().bytes()));
                right += answer.candidates().get(0).generator().equals(image.label()) ? 1 : 0;
            }
            return (double) right / images.size();
        }
    }

    @Test
    void anImageIsAnsweredOnceByTheMeanOfItsCrops() throws Exception {
        try (Attributor attributor = Attributor.open(bundle(CROPS), reference(CROPS), 1)) {
            CanonicalImage image = attributor.canonical(
                    LargePictures.images("chequered", 1, 9).get(0).bytes());
            Attribution whole = attribute(attributor, image);
            List<Attribution> parts = attributor.attribute(image.parts()).attributions();

            assertThat(parts).hasSize(4);
            float[] fingerprint = new float[whole.fingerprint().length];
            for (Attribution part : parts) {
                for (int i = 0; i < fingerprint.length; i++) {
                    fingerprint[i] += part.fingerprint()[i] / 4;
                }
            }
            assertThat(whole.fingerprint()).containsExactly(fingerprint, within(1e-4f));
            // Mean logits are geometric means of the probabilities, normalised.
            double chequered = odds(parts, "chequered");
            assertThat(probability(whole, "chequered"))
                    .isCloseTo(chequered / (chequered + odds(parts, "real")), within(1e-4));
            assertThat(whole.spaces()).hasSize(1);
            assertThat(whole.spaces().get(0).distance())
                    .isEqualTo(parts.stream()
                            .mapToDouble(part -> part.spaces().get(0).distance())
                            .min()
                            .orElseThrow());
        }
    }

    private static double odds(List<Attribution> parts, String generator) {
        return Math.exp(parts.stream()
                .mapToDouble(part -> Math.log(probability(part, generator)))
                .average()
                .orElseThrow());
    }

    private static double probability(Attribution answer, String generator) {
        return answer.candidates().stream()
                .filter(candidate -> candidate.generator().equals(generator))
                .mapToDouble(Candidate::probability)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void manyImagesInOneCallGetTheAnswersOfOne() throws Exception {
        try (Attributor attributor = Attributor.open(bundle(CROPS), reference(CROPS), 1)) {
            List<CanonicalImage> images = new ArrayList<>();
            for (LabelledImage image : LargePictures.labelled("real", 30, 8)) {
                images.add(attributor.canonical(image.image().bytes()));
            }
            List<Attribution> together = attributor.attribute(images).attributions();

            assertThat(together).hasSize(30);
            for (int i : new int[] {0, 15, 16, 29}) {
                assertThat(together.get(i).confidence())
                        .isCloseTo(attribute(attributor, images.get(i)).confidence(), within(1e-4));
            }
        }
    }

    @Test
    void anImageOfTheReferenceHasNoneOfItsOwnCropsForNeighbour() throws Exception {
        try (Attributor attributor = Attributor.open(bundle(CROPS), reference(CROPS), 1)) {
            CanonicalImage own = attributor.canonical(
                    LargePictures.images("real", 1, 1).get(0).bytes());

            assertThat(attribute(attributor, own).spaces()).allSatisfy(reading -> {
                assertThat(reading.nearest()).doesNotStartWith("large-real-1-0000.png");
                assertThat(reading.distance()).isPositive();
            });
        }
    }

    @Test
    void theBundleCountsImagesAndSaysItsFraming() {
        ModelBundle bundle = ModelBundle.open(bundle(CROPS));

        assertThat(bundle.manifest().framing()).isEqualTo(CROPS);
        assertThat(bundle.manifest().trainedOn().values().stream()
                        .mapToInt(Integer::intValue)
                        .sum())
                .isBetween(90, 135);
        assertThat(bundle.manifest().measured().get("validationImages")).isLessThan(40.0);
    }

    @Test
    void aReferenceOfAnotherFramingIsRefused() {
        assertThatThrownBy(() -> Attributor.open(bundle(CROPS), reference(Framing.RESIZE), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("frames images by crops:4")
                .hasMessageContaining("by resize")
                .hasMessageContaining("--framing crops:4");
        assertThatThrownBy(() -> Attributor.open(bundle(Framing.RESIZE), reference(CROPS), 1))
                .hasMessageContaining("--framing resize");
    }

    @Test
    void aBundleOfBeforeFramingsResizes() throws Exception {
        Path old = folder.resolve("old");
        Files.createDirectory(old);
        try (var files = Files.list(bundle(Framing.RESIZE))) {
            for (Path file : files.toList()) {
                Files.copy(file, old.resolve(file.getFileName()));
            }
        }
        ObjectMapper json = new ObjectMapper();
        ObjectNode manifest =
                (ObjectNode) json.readTree(old.resolve("model.json").toFile());
        manifest.remove("framing");
        Files.writeString(old.resolve("model.json"), manifest.toString());

        try (Attributor attributor = Attributor.open(old, reference(Framing.RESIZE), 1)) {
            byte[] image = LargePictures.images("real", 1, 8).get(0).bytes();
            assertThat(attributor.canonical(image).crops()).hasSize(1);
        }
    }

    private static Attribution attribute(Attributor attributor, CanonicalImage image) {
        return attributor.attribute(List.of(image)).attributions().get(0);
    }

    private static final class SilentProgress implements AttributionTrainer.Progress {
        @Override
        public void imageRead() {}

        @Override
        public void projected(long images, long of) {
            assertThat(images).isLessThanOrEqualTo(of);
        }

        @Override
        public void epoch(View view, int epoch, int of, double loss, double balancedAccuracy) {}
    }
}
