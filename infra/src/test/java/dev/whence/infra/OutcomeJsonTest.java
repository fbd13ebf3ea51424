package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attribution.Candidate;
import dev.whence.attributor.Attribution.Novelty;
import dev.whence.attributor.Attribution.SpaceReading;
import dev.whence.attributor.Verdict;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class OutcomeJsonTest {
    @Test
    void anAttributedImageHasEveryFieldInTheOrderOfTheContract() {
        Attribution attribution = attribution(List.of(new SpaceReading("RGB", "ref-1.png", 2.5, 2.25)));
        assertThat(OutcomeJson.line(new Outcome.Attributed("a.zip!/\"x\".png", attribution)))
                .isEqualTo(
                        "{\"image\":\"a.zip!/\\\"x\\\".png\",\"verdict\":\"KNOWN_GENERATOR\",\"generator\":\"dcgan\","
                                + "\"confidence\":0.75,\"novelty\":0.5,\"candidates\":[{\"generator\":\"dcgan\","
                                + "\"probability\":0.75},{\"generator\":\"real\",\"probability\":0.25}],"
                                + "\"spaces\":[{\"space\":\"RGB\",\"distance\":2.5,\"nearest\":\"ref-1.png\","
                                + "\"artifactNorm\":2.25}],\"error\":null}");
    }

    @Test
    void whatImagesSayTogetherNamesTheirSourceAndHowManyTheyAre() {
        assertThat(OutcomeJson.together(new Outcome.Attributed("a.zip", attribution(List.of())), 7))
                .isEqualTo(
                        "{\"together\":\"a.zip\",\"images\":7,\"verdict\":\"KNOWN_GENERATOR\",\"generator\":\"dcgan\","
                                + "\"confidence\":0.75,\"novelty\":0.5,\"candidates\":[{\"generator\":\"dcgan\","
                                + "\"probability\":0.75},{\"generator\":\"real\",\"probability\":0.25}],"
                                + "\"spaces\":[],\"error\":null}");
    }

    private static Attribution attribution(List<SpaceReading> spaces) {
        return new Attribution(
                Verdict.KNOWN_GENERATOR,
                Optional.of("dcgan"),
                0.75,
                new Novelty(0.5, Optional.of(1.5), Optional.empty()),
                List.of(
                        new Candidate("dcgan", Optional.of("gan"), 0.75),
                        new Candidate("real", Optional.empty(), 0.25)),
                spaces,
                new float[] {1f});
    }

    @Test
    void aRejectedImageHasTheSameFieldsAndAnError() {
        assertThat(OutcomeJson.line(new Outcome.Rejected("bad.png", "EMPTY_IMAGE", "It has no bytes.")))
                .isEqualTo("{\"image\":\"bad.png\",\"verdict\":null,\"generator\":null,\"confidence\":null,"
                        + "\"novelty\":null,\"candidates\":[],\"spaces\":[],"
                        + "\"error\":{\"code\":\"EMPTY_IMAGE\",\"message\":\"It has no bytes.\"}}");
    }
}
