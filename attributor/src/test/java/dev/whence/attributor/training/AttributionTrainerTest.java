package dev.whence.attributor.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attribution.Candidate;
import dev.whence.attributor.Attributor;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.LabelledImage;
import dev.whence.attributor.Verdict;
import dev.whence.attributor.bundle.Catalogue;
import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.projection.Projection;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.MilvusAccess;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.attributor.space.EmbeddingSpace;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training to attribution on three synthetic sources, with nothing left out between them. */
class AttributionTrainerTest {
    @TempDir
    static Path folder;

    static Path reference;
    static Path bundle;
    static final List<LabelledImage> IMAGES = new ArrayList<>();

    @BeforeAll
    static void trainABundle() {
        reference = folder.resolve("reference");
        Reference.build(
                SyntheticSources.real(SyntheticSources.images("real", 60, 1)).iterator(),
                reference,
                settings("photographs"),
                new ReferenceStore.Embedded(),
                n -> {});
        IMAGES.addAll(SyntheticSources.labelled("real", 120, 2));
        IMAGES.addAll(SyntheticSources.labelled("chequered", 120, 3));
        IMAGES.addAll(SyntheticSources.labelled("striped", 40, 4));
        bundle = train("bundle", IMAGES, 5);
    }

    @Test
    void heldOutImagesAreAttributedToTheirSource() throws Exception {
        try (Attributor attributor = Attributor.open(bundle, reference, 1)) {
            int right = 0;
            int held = 0;
            for (LabelledImage image : IMAGES) {
                CanonicalImage canonical = attributor.canonical(image.image().bytes());
                if (!attributor.hasSeen(canonical.sha256())) {
                    held++;
                    String first =
                            attribute(attributor, canonical).candidates().get(0).generator();
                    right += first.equals(image.label()) ? 1 : 0;
                }
            }
            assertThat(held).isBetween(40, 75);
            assertThat(right).isGreaterThan(held * 9 / 10);
        }
    }

    @Test
    void anAnswerIsCompleteAndConsistent() throws Exception {
        try (Attributor attributor = Attributor.open(bundle, reference, 1)) {
            EncodedImage striped = SyntheticSources.images("striped", 1, 99).get(0);
            Attribution answer = attribute(attributor, attributor.canonical(striped.bytes()));
            assertThat(answer.verdict()).isEqualTo(Verdict.KNOWN_GENERATOR);
            assertThat(answer.generator()).contains("striped");
            assertThat(answer.candidates().stream()
                            .mapToDouble(Candidate::probability)
                            .sum())
                    .isCloseTo(1, within(1e-9));
            assertThat(answer.candidates())
                    .extracting(Candidate::generator)
                    .containsExactlyInAnyOrder("real", "chequered", "striped");
            assertThat(answer.confidence()).isEqualTo(answer.candidates().get(0).probability());
            assertThat(answer.candidates().stream()
                            .filter(c -> c.generator().equals("chequered"))
                            .findFirst()
                            .orElseThrow()
                            .family())
                    .contains("gan");
            List<View> views = ModelBundle.open(bundle).views();
            assertThat(answer.spaces())
                    .extracting(Attribution.SpaceReading::space)
                    .containsExactlyElementsOf(View.spaces(views).stream()
                            .map(EmbeddingSpace::name)
                            .toList());
            assertThat(answer.spaces()).allSatisfy(s -> {
                assertThat(s.nearest()).startsWith("real-1-");
                assertThat(s.artifactNorm()).isBetween(0.0, s.distance() + 1e-3);
            });
            assertThat(answer.fingerprint()).hasSize(views.size() * 64);
            assertThat(answer.novelty().targetFpr()).contains(0.05);
            assertThat(answer.novelty().score())
                    .isBetween(0.0, answer.novelty().threshold().orElseThrow());
        }
    }

    @Test
    void severalThreadsGetTheAnswersOfOne() throws Exception {
        try (Attributor attributor = Attributor.open(bundle, reference, 1)) {
            List<CanonicalImage> images = new ArrayList<>();
            for (LabelledImage image : IMAGES.subList(100, 164)) {
                images.add(attributor.canonical(image.image().bytes()));
            }
            List<Double> alone = confidences(attributor, images);
            List<List<Double>> together = IntStream.range(0, 12)
                    .parallel()
                    .mapToObj(i -> confidences(attributor, images))
                    .toList();
            assertThat(together).allSatisfy(answer -> assertThat(answer).isEqualTo(alone));
        }
    }

    @Test
    void anImageOfTheReferenceIsNotItsOwnNeighbour() throws Exception {
        try (Attributor attributor = Attributor.open(bundle, reference, 1)) {
            EncodedImage own = SyntheticSources.images("real", 1, 1).get(0);
            Attribution answer = attribute(attributor, attributor.canonical(own.bytes()));
            assertThat(answer.spaces()).allSatisfy(s -> {
                assertThat(s.nearest()).isNotEqualTo(own.fileName());
                assertThat(s.distance()).isPositive();
            });
        }
    }

    @Test
    void aSpaceMayBeLookedAtInSeveralWays() throws Exception {
        List<View> views = List.of(
                new View(EmbeddingSpace.STATISTICS, Projection.NONE),
                new View(EmbeddingSpace.RESIDUAL, Projection.NEAREST),
                new View(EmbeddingSpace.STATISTICS, Projection.NEAREST),
                new View(EmbeddingSpace.STATISTICS, Projection.MEAN));
        Path out = folder.resolve("views");
        try (Reference open = Reference.open(reference, 1)) {
            AttributionTrainer.train(
                    open,
                    Map.of("chequered", Optional.of("gan"), "striped", Optional.empty()),
                    IMAGES.iterator(),
                    new TrainingSettings("views", 1, 3, views, 8, true, 0.2, 0.05, 1),
                    out,
                    new Silent());
        }
        ModelBundle opened = ModelBundle.open(out);
        // A view without a say is left out.
        assertThat(views).containsAll(opened.views());
        assertThat(opened.manifest().correlation()).isBetween(0.0, 1.0);
        assertThat(opened.views())
                .allSatisfy(view -> assertThat(opened.manifest()
                                .measured()
                                .get("weight " + view.name().toLowerCase(Locale.ROOT)))
                        .isBetween(0.0, 1.0));
        try (Attributor attributor = Attributor.open(out, reference, 1)) {
            EncodedImage striped = SyntheticSources.images("striped", 1, 99).get(0);
            Attribution answer = attribute(attributor, attributor.canonical(striped.bytes()));
            assertThat(answer.generator()).contains("striped");
            assertThat(answer.fingerprint()).hasSize(opened.views().size() * 64);
            assertThat(answer.spaces()).hasSameSizeAs(View.spaces(opened.views()));
        }
    }

    @Test
    void tenImagesMakeAGeneratorKnownWithoutTraining() throws Exception {
        Path catalogue = folder.resolve("catalogues/one.json");
        List<EncodedImage> lined = SyntheticSources.images("lined", 60, 50);
        try (Attributor attributor = Attributor.open(bundle, reference, 1)) {
            assertThat(count(attributor, lined, "lined")).isZero();
            List<Attribution> examples = attributions(attributor, lined.subList(0, 10));
            attributor
                    .catalogue()
                    .with(attributor.enrol("lined", Optional.of("gan"), examples, 0.02))
                    .write(catalogue);
            assertThatThrownBy(() -> attributor.enrol("striped", Optional.empty(), examples, 0.02))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("was trained on striped");
        }
        try (Attributor attributor =
                Attributor.open(bundle, Optional.of(catalogue), reference, Inference.cpu(1), MilvusAccess.PLAIN)) {
            assertThat(attributor.catalogue().version()).isEqualTo(1);
            assertThat(count(attributor, lined.subList(10, 60), "lined")).isGreaterThan(45);
            for (String known : List.of("real", "chequered", "striped")) {
                assertThat(count(attributor, SyntheticSources.images(known, 50, 51), "lined"))
                        .as(known)
                        .isLessThan(4);
            }
            Attribution one = attributions(attributor, lined.subList(10, 11)).get(0);
            assertThat(one.candidates()).hasSize(4);
            assertThat(one.candidates().stream()
                            .mapToDouble(Candidate::probability)
                            .sum())
                    .isCloseTo(1, within(1e-9));
            assertThat(one.candidates().get(0).family()).contains("gan");
            Attribution together = attributor.together(attributions(attributor, lined.subList(10, 20)));
            assertThat(together.generator()).contains("lined");
        }
    }

    @Test
    void aCatalogueOfAnotherBundleOrADamagedOneIsRefused() throws IOException {
        ModelBundle own = ModelBundle.open(bundle);
        Path file = folder.resolve("strange.json");
        new Catalogue(1, 1, "0".repeat(64), List.of()).write(file);
        assertThatThrownBy(() -> Catalogue.read(file, own)).hasMessageContaining("of another bundle");
        Catalogue.empty(own)
                .with(new Catalogue.Enrolled("short", null, new float[3], 10, 0.02))
                .write(file);
        assertThatThrownBy(() -> Catalogue.read(file, own)).hasMessageContaining("is damaged");
        Files.writeString(file, "{");
        assertThatThrownBy(() -> Catalogue.read(file, own))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is damaged");
    }

    private static List<Attribution> attributions(Attributor attributor, List<EncodedImage> images) throws Exception {
        List<CanonicalImage> canonical = new ArrayList<>();
        for (EncodedImage image : images) {
            canonical.add(attributor.canonical(image.bytes()));
        }
        return attributor.attribute(canonical).attributions();
    }

    /** How many images are given to a generator. */
    private static long count(Attributor attributor, List<EncodedImage> images, String generator) throws Exception {
        return attributions(attributor, images).stream()
                .filter(image -> image.verdict() == Verdict.KNOWN_GENERATOR
                        && image.generator().equals(Optional.of(generator)))
                .count();
    }

    @Test
    void theSameSeedGivesTheSameBundle() throws IOException {
        List<LabelledImage> few = IMAGES.stream()
                .filter(i -> i.image().fileName().contains("-00") || i.label().equals("striped"))
                .toList();
        byte[] first = Files.readAllBytes(train("first", few, 1).resolve("attribute.onnx"));
        byte[] second = Files.readAllBytes(train("second", few, 1).resolve("attribute.onnx"));
        assertThat(second).isEqualTo(first);
    }

    @Test
    void aBundleOpensFromItsZipToo() throws IOException {
        Path zip = folder.resolve("bundle.zip");
        try (FileSystem archive =
                        FileSystems.newFileSystem(URI.create("jar:" + zip.toUri()), Map.of("create", "true"));
                var files = Files.list(bundle)) {
            for (Path file : files.toList()) {
                Files.copy(file, archive.getPath("/" + file.getFileName()));
            }
        }
        assertThat(ModelBundle.open(zip).sha256())
                .isEqualTo(ModelBundle.open(bundle).sha256());
    }

    @Test
    void aChangedFileIsRefused() throws IOException {
        Path changed = folder.resolve("changed");
        Files.createDirectory(changed);
        try (var files = Files.list(bundle)) {
            for (Path file : files.toList()) {
                Files.copy(file, changed.resolve(file.getFileName()));
            }
        }
        byte[] graph = Files.readAllBytes(changed.resolve("attribute.onnx"));
        graph[graph.length / 2] ^= 1;
        Files.write(changed.resolve("attribute.onnx"), graph);
        assertThatThrownBy(() -> Attributor.open(changed, reference, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("attribute.onnx")
                .hasMessageContaining("SHA-256");
    }

    @Test
    void anotherReferenceIsRefused() {
        Path other = folder.resolve("other");
        Reference.build(
                SyntheticSources.real(SyntheticSources.images("real", 20, 8)).iterator(),
                other,
                settings("others"),
                new ReferenceStore.Embedded(),
                n -> {});
        assertThatThrownBy(() -> Attributor.open(bundle, other, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("others")
                .hasMessageContaining("train again");
    }

    @Test
    void theSameImagesAreTheSameReferenceWhereverItIsBuilt() {
        Path twin = folder.resolve("twin");
        Reference.build(
                SyntheticSources.real(SyntheticSources.images("real", 60, 1)).iterator(),
                twin,
                settings("photographs"),
                new ReferenceStore.Embedded(),
                n -> {});
        try (Reference first = Reference.open(reference, 1);
                Reference second = Reference.open(twin, 1)) {
            assertThat(second.sha256()).isEqualTo(first.sha256());
        }
    }

    @Test
    void aReferenceCountsWhatItLeavesOut() {
        List<EncodedImage> images = new ArrayList<>(SyntheticSources.images("real", 5, 1));
        images.add(images.get(0));
        images.add(new EncodedImage("broken.png", new byte[] {1, 2, 3}));
        Reference.Built built = Reference.build(
                SyntheticSources.real(images).iterator(),
                folder.resolve("counted"),
                settings("counted"),
                new ReferenceStore.Embedded(),
                n -> {});
        assertThat(built).isEqualTo(new Reference.Built(5, 1, 1));
    }

    @Test
    void thePictureStoredTwiceFallsOnTheSameSideOfTheSplit() {
        assertThat(TrainingImages.position("dcgan", "dcgan-dev-00001.jpg"))
                .isEqualTo(TrainingImages.position("dcgan", "dcgan-dev-00001.png"))
                .isNotEqualTo(TrainingImages.position("dcgan", "dcgan-dev-00002.png"));
    }

    @Test
    void oneSourceAloneIsRefused() {
        try (Reference open = Reference.open(reference, 1)) {
            assertThatThrownBy(() -> AttributionTrainer.train(
                            open,
                            Map.of(),
                            List.<LabelledImage>of().iterator(),
                            trainingSettings(1),
                            folder.resolve("none"),
                            new Silent()))
                    .hasMessageContaining("at least one generator");
        }
    }

    private static List<Double> confidences(Attributor attributor, List<CanonicalImage> images) {
        return attributor.attribute(images).attributions().stream()
                .map(Attribution::confidence)
                .toList();
    }

    private static Attribution attribute(Attributor attributor, CanonicalImage image) {
        return attributor.attribute(List.of(image)).attributions().get(0);
    }

    private static Path train(String name, List<LabelledImage> images, int epochs) {
        Path out = folder.resolve(name);
        try (Reference open = Reference.open(reference, 1)) {
            AttributionTrainer.train(
                    open,
                    Map.of("chequered", Optional.of("gan"), "striped", Optional.empty()),
                    images.iterator(),
                    trainingSettings(epochs),
                    out,
                    new Silent());
        }
        return out;
    }

    private static Reference.Settings settings(String name) {
        return new Reference.Settings(name, SyntheticSources.SIZE, EmbeddingSpace.BUILT_IN, 1);
    }

    private static TrainingSettings trainingSettings(int epochs) {
        return new TrainingSettings("synthetic", 1, epochs, views(EmbeddingSpace.BUILT_IN), 8, false, 0.2, 0.05, 1);
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
