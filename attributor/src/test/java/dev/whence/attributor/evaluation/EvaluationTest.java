package dev.whence.attributor.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whence.attributor.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against scikit-learn and NumPy: src/test/resources/evaluation/make_expected.py. */
@SuppressWarnings("NullAway.Init") // set before all tests
class EvaluationTest {
    private static final double EXACT = 1e-12;

    private static List<LabelledAttribution> known;
    private static Evaluation evaluation;
    private static JsonNode expected;

    @BeforeAll
    static void evaluate() throws IOException {
        known = new String(read("attributions.csv"), StandardCharsets.UTF_8)
                .lines()
                .map(EvaluationTest::parse)
                .toList();
        evaluation = Evaluation.of(LabelledAttributions.CLASSES, known);
        expected = new ObjectMapper().readTree(read("expected.json"));
    }

    @Test
    void accuracyIsThatOfScikitLearn() {
        assertThat(evaluation.images()).isEqualTo(200);
        assertThat(evaluation.confusion().accuracy()).isCloseTo(number("accuracy"), within(EXACT));
        assertThat(evaluation.confusion().balancedAccuracy()).isCloseTo(number("balancedAccuracy"), within(EXACT));
    }

    @Test
    void recallSupportAndConfusionAreThoseOfScikitLearn() {
        for (int i = 0; i < 3; i++) {
            assertThat(evaluation.confusion().recall(i))
                    .isCloseTo(expected.at("/recall/" + i).asDouble(), within(EXACT));
            assertThat(evaluation.confusion().support(i))
                    .isEqualTo(expected.at("/support/" + i).asInt());
            for (int j = 0; j < 3; j++) {
                assertThat(evaluation.confusion().matrix()[i][j])
                        .isEqualTo(expected.at("/matrix/" + i + "/" + j).asInt());
            }
        }
    }

    @Test
    void negativeLogLikelihoodIsTheLogLossOfScikitLearn() {
        assertThat(evaluation.negativeLogLikelihood()).isCloseTo(number("negativeLogLikelihood"), within(EXACT));
    }

    @Test
    void calibrationIsThatOfNumPy() {
        Calibration calibration = evaluation.calibration();
        assertThat(calibration.error()).isCloseTo(number("calibrationError"), within(EXACT));
        for (int i = 0; i < Calibration.BINS; i++) {
            Calibration.Bin bin = calibration.bins().get(i);
            assertThat(bin.images()).isEqualTo(expected.at("/binImages/" + i).asInt());
            if (bin.images() > 0) {
                assertThat(bin.accuracy())
                        .isCloseTo(expected.at("/binAccuracy/" + i).asDouble(), within(EXACT));
                assertThat(bin.confidence())
                        .isCloseTo(expected.at("/binConfidence/" + i).asDouble(), within(EXACT));
            }
        }
    }

    @Test
    void aProbabilityOnTheEdgeOfABinBelongsToTheLowerOne() {
        // 0.6 = 9/15 and 1 = 15/15: bins 8 and 14. By hand: (|1 - 0.6| + |0 - 1|) / 2.
        Calibration calibration = Calibration.of(List.of(
                LabelledAttributions.of("real", Verdict.REAL, 0, 0.6, 0.3, 0.1),
                LabelledAttributions.of("wgan", Verdict.REAL, 0, 1, 0, 0)));
        assertThat(calibration.bins().get(8).images()).isEqualTo(1);
        assertThat(calibration.bins().get(14).images()).isEqualTo(1);
        assertThat(calibration.error()).isCloseTo(0.7, within(EXACT));
    }

    @Test
    void verdictsAndAnswersAreCountedAsNumPyCountsThem() {
        for (Verdict verdict : Verdict.values()) {
            assertThat(evaluation.verdicts())
                    .containsEntry(verdict, expected.at("/verdicts/" + verdict).asInt());
        }
        assertThat(evaluation.answered().share()).isCloseTo(number("answeredShare"), within(EXACT));
        assertThat(evaluation.answered().accuracy()).isCloseTo(number("answeredAccuracy"), within(EXACT));
        assertThat(evaluation.meanNovelty()).isCloseTo(number("meanNovelty"), within(EXACT));
    }

    @Test
    void imagesOfUnknownSourcesAreInNoFigureOfTheKnownOnes() {
        List<LabelledAttribution> unknown = List.of(
                LabelledAttributions.of("stylegan", Verdict.NEW_GENERATOR, 4, 0.2, 0.7, 0.1),
                LabelledAttributions.of("stylegan", Verdict.UNSURE, 2, 0.4, 0.5, 0.1),
                LabelledAttributions.of("glow", Verdict.REAL, 0, 0.9, 0.05, 0.05));
        Evaluation both = Evaluation.of(
                LabelledAttributions.CLASSES,
                Stream.concat(known.stream(), unknown.stream()).toList());
        assertThat(both.images()).isEqualTo(200);
        assertThat(both.confusion().accuracy()).isEqualTo(evaluation.confusion().accuracy());

        assertThat(both.unknown().images()).isEqualTo(3);
        assertThat(both.unknown().meanNovelty()).isCloseTo(2, within(EXACT));
        assertThat(both.unknown().topCandidates()).isEqualTo(Map.of("real", 1, "wgan", 2));
        assertThat(both.unknown().verdicts())
                .isEqualTo(Map.of(
                        Verdict.REAL, 1, Verdict.KNOWN_GENERATOR, 0, Verdict.NEW_GENERATOR, 1, Verdict.UNSURE, 1));
        assertThat(both.unknown().generators())
                .extracting(UnknownSources.Source::name)
                .containsExactly("glow", "stylegan");
        assertThat(both.unknown().generators().get(1).meanNovelty()).isCloseTo(3, within(EXACT));
    }

    @Test
    void everyUnknownSourceCountsTheSameInTheOpenSetFigures() {
        // By hand. Known novelty 1 (right) and 3 (wrong), accepted up to 3; one source at 2 and 4, one at 0.
        Evaluation both = Evaluation.of(
                LabelledAttributions.CLASSES,
                List.of(
                        LabelledAttributions.of("real", Verdict.REAL, 1, 0.8, 0.1, 0.1),
                        LabelledAttributions.of("real", Verdict.REAL, 3, 0.1, 0.8, 0.1),
                        LabelledAttributions.of("stylegan", Verdict.REAL, 2, 0.8, 0.1, 0.1),
                        LabelledAttributions.of("stylegan", Verdict.REAL, 4, 0.8, 0.1, 0.1),
                        LabelledAttributions.of("glow", Verdict.REAL, 0, 0.8, 0.1, 0.1)));
        assertThat(both.unknown().generators())
                .extracting(UnknownSources.Source::openSet)
                .containsExactly(new OpenSet(0, 0, 1), new OpenSet(0.75, 0.5, 0.5));
        assertThat(both.unknown().openSet()).isEqualTo(new OpenSet(0.375, 0.25, 0.75));
    }

    @Test
    void fingerprintsOfClassesWithTooFewImagesAreInNoDistance() {
        List<String> classes = List.of("a", "b", "c", "d", "e", "f", "g", "h");
        List<LabelledAttribution> images = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            double[] fingerprint = new double[8];
            fingerprint[i] = 1;
            images.add(LabelledAttributions.of(classes, i < 4 ? "a" : "b", Verdict.REAL, 0, fingerprint));
        }
        images.add(LabelledAttributions.of(classes, "c", Verdict.REAL, 0, new double[8]));
        // As in FrechetDistanceTest: two simplices.
        assertThat(Evaluation.of(classes, images).fingerprints().ratio()).isCloseTo(2.5 / 3, within(EXACT));
        assertThat(Evaluation.of(classes, images.subList(0, 7)).fingerprints().ratio())
                .isNaN();
    }

    @Test
    void aClassWithoutImagesHasNoRecallAndNoPartInTheBalancedAccuracy() {
        Evaluation one = Evaluation.of(
                LabelledAttributions.CLASSES,
                List.of(
                        LabelledAttributions.of("real", Verdict.REAL, 0, 0.8, 0.1, 0.1),
                        LabelledAttributions.of("wgan", Verdict.REAL, 0, 0.8, 0.1, 0.1)));
        assertThat(one.confusion().recall(2)).isNaN();
        assertThat(one.confusion().balancedAccuracy()).isEqualTo(0.5);
    }

    @Test
    void nothingIsNotANumber() {
        Evaluation empty = Evaluation.of(LabelledAttributions.CLASSES, List.of());
        assertThat(empty.confusion().accuracy()).isNaN();
        assertThat(empty.confusion().balancedAccuracy()).isNaN();
        assertThat(empty.calibration().error()).isNaN();
        assertThat(empty.negativeLogLikelihood()).isNaN();
    }

    @Test
    void aCertainMistakeCostsALotButNotEverything() {
        Evaluation wrong = Evaluation.of(
                LabelledAttributions.CLASSES, List.of(LabelledAttributions.of("wgan", Verdict.REAL, 0, 1, 0, 0)));
        assertThat(wrong.negativeLogLikelihood()).isCloseTo(34.538776394910684, within(EXACT)); // -ln 1e-15
    }

    @Test
    void refusesAttributionsOfOtherClasses() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Evaluation.of(List.of("real", "wgan"), known))
                .withMessageContaining("ddpm");
    }

    private static double number(String name) {
        return expected.get(name).asDouble();
    }

    private static LabelledAttribution parse(String line) {
        String[] fields = line.split(",", -1);
        return LabelledAttributions.of(
                fields[0],
                Verdict.valueOf(fields[1]),
                Double.parseDouble(fields[2]),
                Double.parseDouble(fields[3]),
                Double.parseDouble(fields[4]),
                Double.parseDouble(fields[5]));
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = EvaluationTest.class.getResourceAsStream("/evaluation/" + name)) {
            if (in == null) {
                throw new IOException("No test resource evaluation/" + name);
            }
            return in.readAllBytes();
        }
    }
}
