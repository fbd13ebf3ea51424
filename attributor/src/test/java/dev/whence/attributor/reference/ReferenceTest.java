package dev.whence.attributor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.reference.Reference.RealImage;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.space.SyntheticEncoders;
import dev.whence.attributor.training.SyntheticSources;
import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.ReferenceCollection.Neighbour;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceCollection.Search;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int IMAGES = 40;
    private static final String WITHDRAWN = "real-1-0007.png";

    @TempDir
    Path folder;

    private Path reference = Path.of("");

    @BeforeEach
    void buildAReferenceOfTwoDataSets() {
        reference = folder.resolve("reference");
        List<RealImage> images = new ArrayList<>();
        for (EncodedImage image : SyntheticSources.images("real", IMAGES, 1)) {
            images.add(new RealImage(image, images.size() % 2 == 0 ? "even" : "odd"));
        }
        Reference.Settings settings = new Reference.Settings(
                "photographs", SyntheticSources.SIZE, List.of(EmbeddingSpace.RGB, EmbeddingSpace.FREQ), 1);
        Reference.build(images.iterator(), reference, settings, new ReferenceStore.Embedded(), n -> {});
    }

    @Test
    void aReferenceOfTheFirstFormatIsStillRead() throws IOException {
        Path file = reference.resolve("reference.json");
        ObjectNode manifest = (ObjectNode) JSON.readTree(file.toFile());
        manifest.put("format", 1).remove(List.of("builtAt", "withdrawals"));
        Files.writeString(file, manifest.toString());

        try (Reference open = Reference.open(reference, 1)) {
            assertThat(open.images()).isEqualTo(IMAGES);
        }
    }

    @Test
    void aFormatOfTheFutureIsRefused() throws IOException {
        Path file = reference.resolve("reference.json");
        ObjectNode manifest = (ObjectNode) JSON.readTree(file.toFile());
        Files.writeString(file, manifest.put("format", 4).toString());

        assertThatThrownBy(() -> Reference.open(reference, 1)).hasMessageContaining("has format 4");
    }

    @Test
    void aReferenceKeepsItsEncoderAndSoDoesItsCopy() throws IOException {
        Path encoder = SyntheticEncoders.write(folder.resolve("encoder"), "SSL", 1);
        Path built = folder.resolve("encoded");
        Reference.Settings settings = new Reference.Settings(
                "photographs",
                SyntheticSources.SIZE,
                List.of(EmbeddingSpace.RGB, EmbeddingSpace.ofEncoder(encoder)),
                1);
        Reference.build(
                SyntheticSources.real(SyntheticSources.images("real", IMAGES, 1))
                        .iterator(),
                built,
                settings,
                new ReferenceStore.Embedded(),
                n -> {});
        Path copy = folder.resolve("copy");
        Reference.copy(built, copy, new ReferenceStore.Embedded(), 1, MilvusAccess.PLAIN, n -> {});
        Reference.withdraw(copy, Set.of(WITHDRAWN), MilvusAccess.PLAIN);
        Reference.compact(copy);

        try (Reference open = Reference.open(copy, 1)) {
            EmbeddingSpace space = open.space("ssl");
            assertThat(space.shape(SyntheticSources.SIZE).size()).isEqualTo(SyntheticEncoders.DIMENSION);
            assertThat(open.graphSha256("SSL"))
                    .contains(EmbeddingSpace.ofEncoder(encoder).sha256(SyntheticSources.SIZE));
            assertThat(open.collection(space).count()).isEqualTo(IMAGES - 1);
            assertThat(open.collection(space).dimension()).isEqualTo(SyntheticEncoders.DIMENSION);
        }
        SyntheticEncoders.write(copy.resolve("encoders/SSL"), "SSL", 2);
        try (Reference open = Reference.open(copy, 1)) {
            assertThatThrownBy(open::spaces).hasMessageContaining("is not the one that the reference was built with");
        }
    }

    @Test
    void twoEncodersOfOneNameAreRefused() {
        EmbeddingSpace first = EmbeddingSpace.ofEncoder(SyntheticEncoders.write(folder.resolve("first"), "SL", 1));
        EmbeddingSpace second = EmbeddingSpace.ofEncoder(SyntheticEncoders.write(folder.resolve("second"), "SL", 2));
        assertThatThrownBy(() -> new Reference.Settings("photographs", 16, List.of(first, second), 1))
                .hasMessageContaining("Two encoders are named SL");
    }

    @Test
    void aSpaceThatLeavesTheFolderIsRefused() throws IOException {
        Path file = reference.resolve("reference.json");
        Files.writeString(file, Files.readString(file).replace("\"FREQ\"", "\"../FREQ\""));

        assertThatThrownBy(() -> Reference.open(reference, 1)).hasMessageContaining("cannot be read");
    }

    @Test
    void everyImageCarriesItsDataSet() {
        try (Reference open = Reference.open(reference, 1)) {
            Query query = new Query("0".repeat(64), vectors(open).get(0).vector());
            List<Neighbour> found = open.collection(EmbeddingSpace.RGB)
                    .search(List.of(query), new Search(64, -1, "odd"))
                    .get(0);

            assertThat(found)
                    .hasSize(IMAGES / 2)
                    .allSatisfy(
                            neighbour -> assertThat(ordinal(neighbour.id()) % 2).isEqualTo(1));
        }
    }

    @Test
    void aCopyHoldsTheSameBitsAndIsTheSameReference() {
        Path copy = folder.resolve("copy");

        assertThat(Reference.copy(reference, copy, new ReferenceStore.Embedded(), 1, MilvusAccess.PLAIN, n -> {}))
                .isEqualTo(IMAGES);

        try (Reference original = Reference.open(reference, 1);
                Reference copied = Reference.open(copy, 1)) {
            assertThat(copied.sha256()).isEqualTo(original.sha256());
            assertThat(vectors(copied)).usingRecursiveComparison().isEqualTo(vectors(original));
        }
    }

    @Test
    void aCopyIntoAFolderInUseIsRefused() {
        assertThatThrownBy(() -> Reference.copy(
                        reference, reference, new ReferenceStore.Embedded(), 1, MilvusAccess.PLAIN, n -> {}))
                .hasMessageContaining("is not empty");
    }

    @Test
    void aWithdrawnImageIsANeighbourNoMoreAndTheHashStays() throws IOException {
        String before;
        ReferenceVector itself;
        try (Reference open = Reference.open(reference, 1)) {
            before = open.sha256();
            itself = vectors(open).stream()
                    .filter(vector -> vector.id().equals(WITHDRAWN))
                    .findAny()
                    .orElseThrow();
        }

        assertThat(Reference.withdraw(reference, Set.of(WITHDRAWN), MilvusAccess.PLAIN))
                .isEqualTo(new Reference.Withdrawn(1, 0));
        assertThat(Reference.withdraw(reference, Set.of(WITHDRAWN), MilvusAccess.PLAIN))
                .as("again")
                .isEqualTo(new Reference.Withdrawn(0, 1));

        try (Reference open = Reference.open(reference, 1)) {
            assertThat(open.sha256()).isEqualTo(before);
            assertThat(open.images()).isEqualTo(IMAGES - 1);
            for (EmbeddingSpace space : open.spaces()) {
                assertThat(open.collection(space))
                        .extracting(ReferenceVector::id)
                        .doesNotContain(WITHDRAWN);
            }
            assertThat(open.collection(EmbeddingSpace.RGB)
                            .search(List.of(new Query("0".repeat(64), itself.vector())), Search.nearest(64))
                            .get(0))
                    .hasSize(IMAGES - 1)
                    .extracting(Neighbour::id)
                    .doesNotContain(WITHDRAWN);
        }
        assertThat(JSON.readTree(reference.resolve("reference.json").toFile())
                        .at("/withdrawals/0/ids/0")
                        .asText())
                .isEqualTo(WITHDRAWN);
    }

    @Test
    void withdrawingWhatIsNotThereChangesNothing() throws IOException {
        String before = Files.readString(reference.resolve("reference.json"));

        assertThatThrownBy(() -> Reference.withdraw(reference, Set.of(WITHDRAWN, "nobody.png"), MilvusAccess.PLAIN))
                .hasMessageContaining("[nobody.png]");

        assertThat(reference.resolve("reference.json")).hasContent(before);
        Reference.open(reference, 1).close();
    }

    @Test
    void theLastImageCannotBeWithdrawn() {
        Set<String> all;
        try (Reference open = Reference.open(reference, 1)) {
            all = Set.copyOf(vectors(open).stream().map(ReferenceVector::id).toList());
        }
        assertThatThrownBy(() -> Reference.withdraw(reference, all, MilvusAccess.PLAIN))
                .hasMessageContaining("No image would be left");
    }

    @Test
    void anInterruptedWithdrawalKeepsTheReferenceShutUntilItIsFinished() throws IOException {
        // What is written first, and then the power went.
        ReferenceManifest.read(reference).without(1, List.of(WITHDRAWN)).write(reference);
        assertThatThrownBy(() -> Reference.open(reference, 1)).hasMessageContaining("whence reference withdraw");

        Reference.withdraw(reference, Set.of(), MilvusAccess.PLAIN);

        try (Reference open = Reference.open(reference, 1)) {
            assertThat(open.images()).isEqualTo(IMAGES - 1);
        }
    }

    @Test
    void aCompactedReferenceHoldsTheRestAndIsSmaller() throws IOException {
        Set<String> half = Set.copyOf(SyntheticSources.images("real", IMAGES / 2, 1).stream()
                .map(EncodedImage::name)
                .toList());
        Reference.withdraw(reference, half, MilvusAccess.PLAIN);
        List<ReferenceVector> before;
        try (Reference open = Reference.open(reference, 1)) {
            before = vectors(open);
        }
        long bytes = bytes();

        Reference.compact(reference);

        assertThat(bytes()).isLessThan(bytes * 3 / 4);
        try (Reference open = Reference.open(reference, 1)) {
            assertThat(vectors(open)).usingRecursiveComparison().isEqualTo(before);
        }
    }

    @Test
    void aCopyKeepsWithdrawals() {
        Reference.withdraw(reference, Set.of(WITHDRAWN), MilvusAccess.PLAIN);
        Path copy = folder.resolve("copy");
        Reference.copy(reference, copy, new ReferenceStore.Embedded(), 1, MilvusAccess.PLAIN, n -> {});

        try (Reference open = Reference.open(copy, 1)) {
            assertThat(open.images()).isEqualTo(IMAGES - 1);
            assertThat(vectors(open)).extracting(ReferenceVector::id).doesNotContain(WITHDRAWN);
        }
    }

    private long bytes() throws IOException {
        try (var files = Files.walk(reference)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static List<ReferenceVector> vectors(Reference reference) {
        List<ReferenceVector> vectors = new ArrayList<>();
        ReferenceCollection collection = reference.collection(EmbeddingSpace.RGB);
        collection.forEach(vectors::add);
        return vectors;
    }

    private static int ordinal(String id) {
        return Integer.parseInt(id.substring("real-1-".length(), id.length() - ".png".length()));
    }
}
