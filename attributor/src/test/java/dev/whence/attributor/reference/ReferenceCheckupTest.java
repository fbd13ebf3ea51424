package dev.whence.attributor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.whence.attributor.image.Framing;
import dev.whence.attributor.reference.Finding.Level;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.space.SyntheticEncoders;
import dev.whence.attributor.training.SyntheticSources;
import dev.whence.vectorstore.milvus.MilvusCollectionState;
import dev.whence.vectorstore.milvus.MilvusIndex;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferenceCheckupTest {
    private static final ReferenceManifest.Place PLACE = new ReferenceManifest.Place("photographs_1", "photographs");

    @TempDir
    Path folder;

    @Test
    void aGoodReferenceIsAllRight() {
        Path reference = build();

        assertThat(ReferenceCheckup.of(reference, 1, MilvusAccess.PLAIN))
                .extracting(Finding::check, Finding::level)
                .containsExactly(
                        tuple("reference", Level.OK),
                        tuple("age", Level.OK),
                        tuple("RGB rows", Level.OK),
                        tuple("RGB files", Level.OK),
                        tuple("RGB recall", Level.OK));
    }

    @Test
    void anEncoderThatWasExchangedIsFound() {
        Path encoder = SyntheticEncoders.write(folder.resolve("encoder"), "SL", 1);
        Path reference = build(EmbeddingSpace.ofEncoder(encoder));
        assertThat(ReferenceCheckup.of(reference, 1, MilvusAccess.PLAIN))
                .allMatch(finding -> finding.level() == Level.OK)
                .extracting(Finding::check)
                .contains("SL encoder", "SL recall");

        SyntheticEncoders.write(reference.resolve("encoders/SL"), "SL", 2);

        assertThat(ReferenceCheckup.of(reference, 1, MilvusAccess.PLAIN))
                .filteredOn(finding -> finding.level() == Level.FAIL)
                .singleElement()
                .satisfies(finding -> assertThat(finding.check()).isEqualTo("SL encoder"));
    }

    @Test
    void aFlippedBitIsFound() throws IOException {
        Path reference = build();
        Path vectors;
        try (var files = Files.list(reference.resolve("RGB"))) {
            vectors = files.filter(file -> file.getFileName().toString().matches("segment-.*f32"))
                    .findAny()
                    .orElseThrow();
        }
        try (RandomAccessFile file = new RandomAccessFile(vectors.toFile(), "rw")) {
            file.seek(100);
            int value = file.read();
            file.seek(100);
            file.write(value ^ 1);
        }

        assertThat(ReferenceCheckup.of(reference, 1, MilvusAccess.PLAIN))
                .filteredOn(finding -> finding.level() == Level.FAIL)
                .singleElement()
                .satisfies(finding -> assertThat(finding.says())
                        .contains(vectors.getFileName().toString()));
    }

    @Test
    void aCountThatIsNotTheManifestsIsFound() {
        Path reference = build();
        ReferenceManifest.read(reference).without(1, List.of("real-1-0003.png")).write(reference);

        assertThat(ReferenceCheckup.of(reference, 1, MilvusAccess.PLAIN))
                .filteredOn(finding -> finding.level() == Level.FAIL)
                .singleElement()
                .satisfies(finding -> assertThat(finding.says()).contains("40").contains("39"));
    }

    @Test
    void noReferenceIsAFinding() {
        assertThat(ReferenceCheckup.of(folder, 1, MilvusAccess.PLAIN))
                .singleElement()
                .satisfies(finding -> assertThat(finding.level()).isEqualTo(Level.FAIL));
    }

    @ParameterizedTest
    @CsvSource({"v2.3.5,OK", "2.6.2,OK", "2.2.16,FAIL", "v2.7.0,WARN", "3.0,WARN", "unknown,FAIL"})
    void versionsAreKnownFrom23To26(String version, Level level) {
        assertThat(ReferenceCheckup.version("http://x", version).level()).isEqualTo(level);
    }

    @ParameterizedTest
    @CsvSource({"HNSW,Finished,'',0,OK", "HNSW,InProgress,'',9,WARN", "GPU_CAGRA,Failed,no GPU,9,FAIL"})
    void anIndexIsFinishedPendingOrFailed(String type, String word, String failure, long pending, Level level) {
        MilvusCollectionState state =
                new MilvusCollectionState("c", 10, MilvusIndex.parse(type), 10 - pending, pending, word, failure, true);

        assertThat(ReferenceCheckup.index("index", state).level()).isEqualTo(level);
    }

    @Test
    void anAliasThatPointsElsewhereIsAWarning() {
        assertThat(ReferenceCheckup.alias("alias", PLACE, Optional.of("photographs_1"))
                        .level())
                .isEqualTo(Level.OK);
        assertThat(ReferenceCheckup.alias("alias", PLACE, Optional.of("photographs_2")))
                .satisfies(finding -> assertThat(finding.level()).isEqualTo(Level.WARN))
                .satisfies(finding -> assertThat(finding.says()).contains("photographs_2"));
        assertThat(ReferenceCheckup.alias("alias", PLACE, Optional.empty()).level())
                .isEqualTo(Level.WARN);
    }

    @Test
    void aReferenceGetsOld() {
        ReferenceManifest manifest = ReferenceManifest.of("name", "0".repeat(64), 8, Framing.RESIZE, 1, 1, List.of());
        Instant now = Instant.now();

        assertThat(ReferenceCheckup.age(manifest, now).level()).isEqualTo(Level.OK);
        assertThat(ReferenceCheckup.age(manifest, now.plusSeconds(366L * 24 * 3600))
                        .level())
                .isEqualTo(Level.WARN);
    }

    private Path build() {
        return build(EmbeddingSpace.RGB);
    }

    private Path build(EmbeddingSpace space) {
        Path reference = folder.resolve("reference");
        Reference.build(
                SyntheticSources.real(SyntheticSources.images("real", 40, 1)).iterator(),
                reference,
                new Reference.Settings("photographs", SyntheticSources.SIZE, List.of(space), 1),
                new ReferenceStore.Embedded(),
                n -> {});
        return reference;
    }
}
