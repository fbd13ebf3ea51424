package dev.whence.attributor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.image.Framing;
import dev.whence.attributor.image.ImageDecoder;
import dev.whence.attributor.image.ImageLimits;
import dev.whence.attributor.projection.ArtifactExtractor;
import dev.whence.attributor.projection.Projection;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.training.LargePictures;
import dev.whence.attributor.training.SyntheticSources;
import dev.whence.attributor.training.ViewArtifacts;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceCollection.Search;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reference of crops: 12 images of five, and a small one of one. */
class CroppedReferenceTest {
    private static final Framing FIVE = new Framing(5);
    private static final int SIZE = 16;
    private static final int ROWS = 12 * 5 + 1;

    @TempDir
    Path folder;

    private final List<EncodedImage> images = new ArrayList<>();
    private Path reference = Path.of("");

    @BeforeEach
    void buildAReferenceOfCrops() {
        images.addAll(LargePictures.images("real", 12, 1));
        images.addAll(SyntheticSources.images("real", 1, 2));
        reference = folder.resolve("reference");
        assertThat(build(images, reference, FIVE)).isEqualTo(new Reference.Built(13, 0, 0));
    }

    private static Reference.Built build(List<EncodedImage> images, Path out, Framing framing) {
        return Reference.build(
                SyntheticSources.real(images).iterator(),
                out,
                new Reference.Settings(
                        "photographs", SIZE, framing, List.of(EmbeddingSpace.RGB, EmbeddingSpace.RESIDUAL), 1),
                new ReferenceStore.Embedded(),
                n -> {});
    }

    @Test
    void everyCropIsAVectorOfEverySpaceAndKnowsItsImage() throws Exception {
        CanonicalImage first = decode(images.get(0));
        try (Reference open = Reference.open(reference, 1)) {
            assertThat(open.framing()).isEqualTo(FIVE);
            assertThat(open.images()).isEqualTo(13);
            assertThat(open.collection(EmbeddingSpace.RESIDUAL).count()).isEqualTo(ROWS);
            List<ReferenceVector> vectors = vectors(open);
            assertThat(vectors)
                    .extracting(ReferenceVector::id)
                    .hasSize(ROWS)
                    .doesNotHaveDuplicates()
                    .contains("large-real-1-0000.png", "large-real-1-0000.png#2", "large-real-1-0000.png#5")
                    .doesNotContain("large-real-1-0000.png#1", "real-2-0000.png#2");
            assertThat(vectors)
                    .filteredOn(vector -> vector.sha256().equals(first.sha256()))
                    .extracting(ReferenceVector::id)
                    .hasSize(5)
                    .allMatch(id -> id.startsWith("large-real-1-0000.png"));
            ReferenceVector third = vectors.stream()
                    .filter(vector -> vector.id().equals("large-real-1-0000.png#3"))
                    .findAny()
                    .orElseThrow();
            // RGB is planes of the pixels over 255.
            assertThat(third.vector()[5]).isEqualTo((first.crops().get(2)[5 * 3] & 0xff) / 255f);
        }
    }

    @Test
    void noCropIsTheNeighbourOfAnotherCropOfItsImage() throws Exception {
        CanonicalImage first = decode(images.get(0));
        try (Reference open = Reference.open(reference, 1)) {
            List<Query> queries = vectors(open).stream()
                    .filter(vector -> vector.sha256().equals(first.sha256()))
                    .map(vector -> new Query(first.sha256(), vector.vector()))
                    .toList();
            assertThat(open.collection(EmbeddingSpace.RGB).search(queries, Search.nearest(64)))
                    .hasSize(5)
                    .allSatisfy(found -> assertThat(found)
                            .hasSize(ROWS - 5)
                            .extracting(Neighbour::id)
                            .noneMatch(id -> id.startsWith("large-real-1-0000.png")));
        }
    }

    @Test
    void anImageIsReadWhereOneOfItsCropsIsClosest() throws Exception {
        List<View> views = List.of(new View(EmbeddingSpace.RGB, Projection.NEAREST));
        List<CanonicalImage> asked =
                List.of(decode(LargePictures.images("real", 1, 7).get(0)), decode(images.get(12)));
        try (Reference open = Reference.open(reference, 1);
                ArtifactExtractor extractor = ViewArtifacts.extractor(open, views, 1, 1)) {
            ArtifactExtractor.Artifacts together = extractor.extract(asked);
            ArtifactExtractor.Artifacts apart = extractor.extract(asked.get(0).parts());

            assertThat(together.artifacts()[0]).hasDimensions(6, 3 * SIZE * SIZE);
            assertThat(together.readings()).hasSize(2);
            int closest = IntStream.range(0, 5).reduce(0, (a, b) -> distance(apart, b) < distance(apart, a) ? b : a);
            assertThat(together.readings().get(0)).isEqualTo(apart.readings().get(closest));
        }
    }

    private static double distance(ArtifactExtractor.Artifacts artifacts, int crop) {
        return artifacts.readings().get(crop).get(0).distance();
    }

    @Test
    void anyIdOfAnImageWithdrawsAllOfIt() {
        assertThat(Reference.withdraw(
                        reference,
                        Set.of("large-real-1-0003.png#4", "large-real-1-0003.png", "large-real-1-0005.png#2"),
                        MilvusAccess.PLAIN))
                .isEqualTo(new Reference.Withdrawn(2, 0));
        assertThat(Reference.withdraw(
                        reference, Set.of("large-real-1-0005.png", "real-2-0000.png"), MilvusAccess.PLAIN))
                .isEqualTo(new Reference.Withdrawn(1, 1));

        try (Reference open = Reference.open(reference, 1)) {
            assertThat(open.images()).isEqualTo(10);
            assertThat(vectors(open))
                    .hasSize(50)
                    .extracting(ReferenceVector::id)
                    .noneMatch(id -> id.startsWith("large-real-1-0003.png") || id.startsWith("large-real-1-0005.png"));
        }
        assertThat(ReferenceCheckup.of(reference, 1, MilvusAccess.PLAIN))
                .allMatch(finding -> finding.level() == Finding.Level.OK)
                .anyMatch(finding -> finding.says().contains("10 images of 16 pixels (crops:5), 3 withdrawn"));
        Reference.compact(reference);
        Path copy = folder.resolve("copy");
        assertThat(Reference.copy(reference, copy, new ReferenceStore.Embedded(), 1, MilvusAccess.PLAIN, n -> {}))
                .isEqualTo(10);
        try (Reference open = Reference.open(copy, 1)) {
            assertThat(open.framing()).isEqualTo(FIVE);
            assertThat(open.images()).isEqualTo(10);
        }
    }

    @Test
    void theLastImageCannotBeWithdrawn() {
        Set<String> all = Set.copyOf(images.stream().map(EncodedImage::name).toList());
        assertThatThrownBy(() -> Reference.withdraw(reference, all, MilvusAccess.PLAIN))
                .hasMessageContaining("No image would be left");
    }

    @Test
    void idsStayUniqueWhateverFilesAreCalled() {
        List<EncodedImage> twins = List.of(
                new EncodedImage("a/photo#2", images.get(0).bytes()),
                new EncodedImage("a/photo", images.get(1).bytes()),
                new EncodedImage("b/photo", images.get(2).bytes()));
        Path built = folder.resolve("twins");
        build(twins, built, FIVE);

        try (Reference open = Reference.open(built, 1)) {
            assertThat(vectors(open))
                    .extracting(ReferenceVector::id)
                    .hasSize(15)
                    .doesNotHaveDuplicates()
                    .contains("photo#2", "photo#2#2")
                    .as("its second crop would be what the first image is")
                    .doesNotContain("photo");
        }
    }

    @Test
    void theFramingIsPartOfTheHashUnlessItIsResize() throws Exception {
        Path three = folder.resolve("three");
        Path resized = folder.resolve("resized");
        Path again = folder.resolve("again");
        build(images, three, new Framing(3));
        build(images, resized, Framing.RESIZE);
        build(images, again, FIVE);

        try (Reference five = Reference.open(reference, 1);
                Reference other = Reference.open(three, 1);
                Reference third = Reference.open(resized, 1);
                Reference twin = Reference.open(again, 1)) {
            assertThat(Set.of(five.sha256(), other.sha256(), third.sha256())).hasSize(3);
            assertThat(twin.sha256()).isEqualTo(five.sha256());
        }
        // As a reference of before says it: nothing of a framing.
        Path file = resized.resolve("reference.json");
        String json = Files.readString(file).replaceAll("\\s*\"framing\" : \"resize\",", "");
        assertThat(json).doesNotContain("framing").doesNotContain("crops");
        Files.writeString(file, json);
        try (Reference open = Reference.open(resized, 1)) {
            assertThat(open.framing()).isEqualTo(Framing.RESIZE);
            assertThat(open.images()).isEqualTo(13);
        }
    }

    private static CanonicalImage decode(EncodedImage image) throws Exception {
        return new ImageDecoder(ImageLimits.DEFAULT).decode(image.bytes(), SIZE, FIVE);
    }

    private static List<ReferenceVector> vectors(Reference reference) {
        List<ReferenceVector> vectors = new ArrayList<>();
        reference.collection(EmbeddingSpace.RGB).forEach(vectors::add);
        return vectors;
    }
}
