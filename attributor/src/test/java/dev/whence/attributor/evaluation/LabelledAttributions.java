package dev.whence.attributor.evaluation;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attribution.Candidate;
import dev.whence.attributor.Attribution.Novelty;
import dev.whence.attributor.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Attributions made up for tests; a fingerprint is the probabilities in the order of the classes. */
final class LabelledAttributions {
    static final List<String> CLASSES = List.of("real", "wgan", "ddpm");

    private LabelledAttributions() {}

    /**
     * @param probabilities in the order of {@link #CLASSES}
     */
    static LabelledAttribution of(String label, Verdict verdict, double novelty, double... probabilities) {
        return of(CLASSES, label, verdict, novelty, probabilities);
    }

    static LabelledAttribution of(
            List<String> classes, String label, Verdict verdict, double novelty, double... probabilities) {
        List<Candidate> candidates = new ArrayList<>();
        float[] fingerprint = new float[classes.size()];
        for (int i = 0; i < classes.size(); i++) {
            candidates.add(new Candidate(classes.get(i), Optional.empty(), probabilities[i]));
            fingerprint[i] = (float) probabilities[i];
        }
        candidates.sort(Comparator.comparingDouble(Candidate::probability).reversed());
        Candidate first = candidates.get(0);
        return new LabelledAttribution(
                label,
                new Attribution(
                        verdict,
                        verdict == Verdict.KNOWN_GENERATOR ? Optional.of(first.generator()) : Optional.empty(),
                        first.probability(),
                        new Novelty(novelty, Optional.empty(), Optional.empty()),
                        candidates,
                        List.of(),
                        fingerprint));
    }
}
