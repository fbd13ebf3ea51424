package dev.whence.attributor;

import java.util.List;
import java.util.Optional;

/**
 * What the attributor says of one image.
 *
 * @param verdict real, known generator, new generator or unsure
 * @param generator the known generator; empty for every other verdict
 * @param confidence calibrated probability of the first candidate, in [0, 1]
 * @param novelty how unlike anything known the image is
 * @param candidates every class of the bundle, most probable first; the probabilities sum to 1
 * @param spaces one reading for each embedding space, in the bundle's order
 * @param fingerprint penultimate features of the attribution network
 */
public record Attribution(
        Verdict verdict,
        Optional<String> generator,
        double confidence,
        Novelty novelty,
        List<Candidate> candidates,
        List<SpaceReading> spaces,
        float[] fingerprint) {

    /**
     * One class with its calibrated probability.
     *
     * @param generator the class name; {@code real} is a class
     * @param family the kind of generator (GAN, VAE, flow, ...); empty where the bundle does not say
     */
    public record Candidate(String generator, Optional<String> family, double probability) {}

    /**
     * @param score higher means less like anything known
     * @param threshold above it an image is of no known source; empty where the bundle has none
     * @param targetFpr the share of known images above the threshold on validation data
     */
    public record Novelty(double score, Optional<Double> threshold, Optional<Double> targetFpr) {}

    /**
     * Where the image stands to the real data in one embedding space.
     *
     * @param nearest id of the closest reference image
     * @param distance L2 distance to it
     * @param artifactNorm L2 norm of the artifact
     */
    public record SpaceReading(String space, String nearest, double distance, double artifactNorm) {}
}
