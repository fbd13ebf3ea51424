package dev.whence.attributor.study;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attribution.Candidate;
import dev.whence.attributor.AttributionNetwork.Reading;
import dev.whence.attributor.Attributor;
import dev.whence.attributor.Calibration;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.Verdict;
import dev.whence.attributor.evaluation.LabelledAttribution;
import dev.whence.attributor.openset.NoveltyScore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Readings of networks as attributions, so that models without a bundle are measured by the same code as those with one. */
final class Answers {
    private static final int BATCH = 64;

    private Answers() {}

    /** Attributions by a bundle, in batches. */
    static List<LabelledAttribution> of(Attributor attributor, List<CanonicalImage> images, IntFunction<String> label) {
        List<LabelledAttribution> answers = new ArrayList<>();
        for (int from = 0; from < images.size(); from += BATCH) {
            attributor
                    .attribute(images.subList(from, Math.min(images.size(), from + BATCH)))
                    .attributions()
                    .forEach(answer -> answers.add(new LabelledAttribution(label.apply(answers.size()), answer)));
        }
        return answers;
    }

    /** The class with the highest score. */
    static int first(float[] scores) {
        int first = 0;
        for (int c = 1; c < scores.length; c++) {
            first = scores[c] > scores[first] ? c : first;
        }
        return first;
    }

    /** @param label true source of each image */
    static List<LabelledAttribution> of(
            List<String> classes,
            Reading reading,
            double temperature,
            NoveltyScore novelty,
            IntFunction<String> label) {
        List<LabelledAttribution> answers = new ArrayList<>();
        for (int i = 0; i < reading.logits().length; i++) {
            double[] probabilities = Calibration.probabilities(reading.logits()[i], temperature);
            List<Candidate> candidates = new ArrayList<>();
            for (int c = 0; c < probabilities.length; c++) {
                candidates.add(new Candidate(classes.get(c), Optional.empty(), probabilities[c]));
            }
            candidates.sort(Comparator.comparingDouble(Candidate::probability).reversed());
            // Verdicts are measured on bundles; here only candidates and novelty are.
            answers.add(new LabelledAttribution(
                    label.apply(i),
                    new Attribution(
                            Verdict.UNSURE,
                            Optional.empty(),
                            candidates.get(0).probability(),
                            new Attribution.Novelty(
                                    novelty.of(reading.logits()[i], reading.fingerprints()[i]),
                                    Optional.empty(),
                                    Optional.empty()),
                            List.copyOf(candidates),
                            List.of(),
                            reading.fingerprints()[i])));
        }
        return answers;
    }
}
