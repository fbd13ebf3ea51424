package dev.whence.attributor.evaluation;

import dev.whence.attributor.Attribution;

/**
 * What was said of an image whose source is known.
 *
 * @param label the true source; one that is no class of the bundle is an unknown generator
 */
public record LabelledAttribution(String label, Attribution attribution) {
    /** The class that the attribution puts first. */
    String predicted() {
        return attribution.candidates().get(0).generator();
    }

    /** The probability of the class that is put first. */
    double topProbability() {
        return attribution.candidates().get(0).probability();
    }

    /**
     * @throws IllegalArgumentException when the attribution has no such class
     */
    double probabilityOf(String name) {
        return attribution.candidates().stream()
                .filter(candidate -> candidate.generator().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "The attribution has no probability for %s; evaluate with the classes of the same bundle."
                                .formatted(name)))
                .probability();
    }
}
