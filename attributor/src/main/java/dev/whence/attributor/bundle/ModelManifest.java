package dev.whence.attributor.bundle;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code model.json}.
 *
 * @param format version of this layout
 * @param version first 12 digits of the attribution graph's hash
 * @param size side length of the canonical images, in pixels
 * @param projection how x* is estimated: none, nearest, affine-hull
 * @param neighbours number of reference points the projection sees
 * @param spaces in the order of the attribution graph's inputs
 * @param classes in the order of the logits
 * @param temperature logits are divided by it before the softmax
 * @param unsureMargin best two candidates closer than this: unsure
 * @param reference the reference it was trained against, and the only one it runs with
 * @param trainedOn images of each class that training and validation saw
 * @param settings seed, epochs and the like, for a person
 * @param measured figures on validation data, for a person
 * @param files SHA-256 of every other file of the bundle
 */
public record ModelManifest(
        int format,
        String name,
        String version,
        int size,
        String projection,
        int neighbours,
        List<Space> spaces,
        List<SourceClass> classes,
        double temperature,
        double unsureMargin,
        ReferenceLink reference,
        Map<String, Integer> trainedOn,
        Map<String, String> settings,
        Map<String, Double> measured,
        Map<String, String> files) {

    public static final int FORMAT = 1;

    /** Name of the class of images from cameras. */
    public static final String REAL = "real";

    /**
     * @param graphSha256 hash of the graph that embeds in this space alone: the reference names the same
     */
    public record Space(String name, int dimension, String graphSha256) {}

    /**
     * A class of the attribution network.
     *
     * @param familyOrNull kind of generator, where known
     */
    public record SourceClass(String name, @Nullable String familyOrNull) {
        public Optional<String> family() {
            return Optional.ofNullable(familyOrNull);
        }
    }

    /** The reference a bundle belongs to. */
    public record ReferenceLink(String name, String version, String sha256) {}
}
