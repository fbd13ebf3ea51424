package dev.whence.infra.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.FingerprintVector;
import dev.whence.schemas.ModelUsed;
import dev.whence.schemas.Novelty;
import dev.whence.schemas.ProvenanceEvent;
import dev.whence.schemas.ReferenceUsed;
import dev.whence.schemas.StageLatencies;
import dev.whence.schemas.Verdict;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ScoreboardTest {
    private final Scoreboard scoreboard =
            new Scoreboard(Map.of("a", "real", "b", "dcgan", "c", "dcgan", "d", Scoreboard.BROKEN));

    @Test
    void everyImageBackOnceIsAccountedFor() {
        scoreboard.provenance(event("a", Verdict.REAL, null));
        scoreboard.provenance(event("b", Verdict.KNOWN_GENERATOR, "dcgan"));
        scoreboard.provenance(event("c", Verdict.KNOWN_GENERATOR, "vae"));
        assertThat(scoreboard.complete()).isFalse();
        scoreboard.deadLetter(deadLetter("d"));
        assertThat(scoreboard.accountedFor()).isTrue();
        assertThat(scoreboard.accounting())
                .contains("in 4 = provenance 3 + dead letters 1")
                .doesNotContain("NOT");
        assertThat(scoreboard.accuracy()).isEqualTo(2.0 / 3);
    }

    @Test
    void anImageThatCameTwiceIsNotAccountedFor() {
        for (String id : List.of("a", "a", "b", "c")) {
            scoreboard.provenance(event(id, Verdict.REAL, null));
        }
        scoreboard.deadLetter(deadLetter("d"));
        assertThat(scoreboard.complete()).isTrue();
        assertThat(scoreboard.accountedFor()).isFalse();
        assertThat(scoreboard.accounting()).contains("0 missing, 1 that were not asked for");
    }

    @Test
    void anImageThatNobodyStreamedIsNotAccountedFor() {
        scoreboard.provenance(event("z", Verdict.REAL, null));
        assertThat(scoreboard.accounting()).contains("4 missing, 1 that were not asked for");
    }

    @Test
    void anUnsureVerdictIsNeverRight() {
        scoreboard.provenance(event("a", Verdict.UNSURE, null));
        assertThat(scoreboard.accuracy()).isZero();
    }

    @Test
    void theTableHasARowForEveryClass() {
        scoreboard.provenance(event("b", Verdict.KNOWN_GENERATOR, "dcgan"));
        assertThat(scoreboard.table(1.0))
                .hasSize(5)
                .anySatisfy(line -> assertThat(line.replaceAll(" +", " ")).startsWith("dcgan 2 1 1 0 0 100.0 %"));
    }

    private static DeadLetter deadLetter(String imageId) {
        return DeadLetter.newBuilder()
                .setImageId(imageId)
                .setCode("EMPTY_IMAGE")
                .setMessage("The image has no bytes.")
                .setStage("attribution")
                .setFailedAt(Instant.EPOCH)
                .build();
    }

    private static ProvenanceEvent event(String imageId, Verdict verdict, @Nullable String generator) {
        return ProvenanceEvent.newBuilder()
                .setEventId("event of " + imageId)
                .setImageId(imageId)
                .setPlatform("demo")
                .setUploadedAt(Instant.EPOCH)
                .setAttributedAt(Instant.EPOCH)
                .setVerdict(verdict)
                .setGenerator(generator)
                .setConfidence(0.9)
                .setCandidates(List.of())
                .setNovelty(new Novelty(0.0, null, null))
                .setSpaces(List.of())
                .setFingerprint(new FingerprintVector(0, ByteBuffer.allocate(0)))
                .setModel(new ModelUsed("model", "1", "", "cpu", "fp32"))
                .setReference(new ReferenceUsed("reference", "1"))
                .setLatency(new StageLatencies(0L, 0L, 0L, 0L, 0L))
                .build();
    }
}
