package dev.whence.attributor.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class SetEvaluationTest {
    private static final List<String> CLASSES = List.of("real", "wgan");

    private final List<LabelledAttribution> images = new ArrayList<>();

    /** Three of four images of each known source are right; what is unknown is newer than all but one of them. */
    private List<SetEvaluation> evaluate() {
        for (int i = 0; i < 12; i++) {
            double right = i % 4 == 0 ? 0.1 : 0.9;
            images.add(LabelledAttributions.of(CLASSES, "real", Verdict.REAL, i, right, 1 - right));
            images.add(LabelledAttributions.of(CLASSES, "wgan", Verdict.REAL, i, 1 - right, right));
            images.add(LabelledAttributions.of(CLASSES, "glow", Verdict.REAL, 10.5, 0.5, 0.5));
        }
        images.add(LabelledAttributions.of(CLASSES, "rare", Verdict.REAL, 10.5, 0.5, 0.5));
        return SetEvaluation.of(CLASSES, images, SetEvaluationTest::leastNovel);
    }

    private static Attribution leastNovel(List<Attribution> set) {
        return set.stream()
                .min(Comparator.comparingDouble(image -> image.novelty().score()))
                .orElseThrow();
    }

    @Test
    void setsOfOneAreMeasuredAsTheirImagesAre() {
        SetEvaluation one = evaluate().get(0);
        Evaluation single = Evaluation.of(CLASSES, images);
        assertThat(one.size()).isEqualTo(1);
        assertThat(one.known()).isEqualTo(24);
        assertThat(one.unknown()).isEqualTo(13);
        assertThat(one.confusion().matrix()).isDeepEqualTo(single.confusion().matrix());
        assertThat(one.calibration().error()).isCloseTo(single.calibration().error(), within(1e-12));
        assertThat(one.openSet()).isEqualTo(single.unknown().openSet());
    }

    @Test
    void aSetIsOfOneSourceAndASourceWithTooFewImagesIsLeftOut() {
        List<SetEvaluation> sizes = evaluate();
        assertThat(sizes).extracting(SetEvaluation::size).containsExactly(1, 3, 5, 10, 20);
        // Three partitions of 12 images into 4 sets, five into 2, ten into 1.
        assertThat(sizes).extracting(SetEvaluation::known).containsExactly(24, 24, 20, 20, 0);
        assertThat(sizes).extracting(SetEvaluation::unknown).containsExactly(13, 12, 10, 10, 0);
        assertThat(sizes.get(4).confusion().accuracy()).isNaN();
        assertThat(sizes.get(4).openSet().auroc()).isNaN();
    }

    @Test
    void theAttributionOfTheSetIsWhatIsMeasured() {
        SetEvaluation ten = evaluate().get(3);
        // The least of ten of 0..11 is 0, 1 or 2, so every set of "glow" is newer; all probabilities are 0.9, and wrong
        // where it is 0.
        assertThat(ten.openSet().auroc()).isEqualTo(1);
        assertThat(ten.openSet().oscr()).isEqualTo(ten.confusion().accuracy());
        assertThat(ten.calibration().error())
                .isCloseTo(Math.abs(0.9 - ten.confusion().accuracy()), within(1e-12));
        assertThat(ten.confusion().accuracy()).isBetween(0.0, 0.5);
    }
}
