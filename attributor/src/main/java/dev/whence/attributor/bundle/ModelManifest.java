package dev.whence.attributor.bundle;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whence.attributor.CombinedPosterior;
import dev.whence.attributor.image.Framing;
import dev.whence.attributor.openset.NoveltyMethod;
import dev.whence.attributor.projection.Projection;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.space.EncoderDescription;
import dev.whence.attributor.space.EncoderSpace;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code model.json}.
 *
 * @param format version of this layout; 1 had no spaces but the built-in ones, 2 no novelty, 3 one projection for all spaces
 * @param version first 12 digits of the attribution graph's hash
 * @param size side length of the canonical images, in pixels
 * @param framing how images come to that size; resize in bundles that do not say so
 * @param projection how x* is estimated in spaces that do not say so themselves; null from format 4 on
 * @param neighbours number of reference points the projection sees
 * @param spaces in the order of the attribution graph's inputs; a space that is looked at in several ways stands here for each
 * @param classes in the order of the logits
 * @param temperature logits are divided by it before the softmax
 * @param unsureMargin best two candidates closer than this: unsure
 * @param setCorrelation of what images of one source say, see {@link CombinedPosterior}; null before format 4
 * @param novelty how new generators are recognised; null before format 3: they are not
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
        Framing framing,
        @Nullable String projection,
        int neighbours,
        List<Space> spaces,
        List<SourceClass> classes,
        double temperature,
        double unsureMargin,
        @Nullable Double setCorrelation,
        @Nullable Novelty novelty,
        ReferenceLink reference,
        Map<String, Integer> trainedOn,
        Map<String, String> settings,
        Map<String, Double> measured,
        Map<String, String> files) {

    public ModelManifest {
        // Jackson passes null for what older bundles lack.
        framing = Objects.requireNonNullElse(framing, Framing.RESIZE);
    }

    public static final int FORMAT = 4;
    static final int FIRST_FORMAT = 1;

    /** Name of the class of images from cameras. */
    public static final String REAL = "real";

    /**
     * @param graphSha256 hash of what embeds in this space alone, the graph or an encoder: the reference names the same
     * @param projection how x* is estimated: none, nearest, mean, affine-hull; null before format 4: as the manifest says
     * @param encoder what embeds; null: the space is built in, and an embedding is an image of 3 x size x size again
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Space(
            String name,
            int dimension,
            String graphSha256,
            @Nullable String projection,
            @Nullable EncoderDescription encoder) {
        public Space {
            if (encoder != null && !encoder.name().equals(name)) {
                throw new IllegalArgumentException(
                        "The space %s has an encoder named %s".formatted(name, encoder.name()));
            }
        }

        /** As the bundle and its reference have it. */
        public static Space of(View view, int size) {
            EmbeddingSpace space = view.space();
            return new Space(
                    space.name(),
                    (int) space.shape(size).size(),
                    space.sha256(size),
                    view.projection().label(),
                    space instanceof EncoderSpace features ? features.description() : null);
        }

        /** Name of the bundle's file with the encoder's graph; empty for a built-in space. */
        Optional<String> encoderFile() {
            return encoder == null ? Optional.empty() : Optional.of("encoder-%s.onnx".formatted(name));
        }
    }

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

    /**
     * How unlike everything known an image must be to be of a new generator.
     *
     * @param score label of the {@link NoveltyMethod}
     * @param threshold above it an image is of no known source
     * @param targetFpr share of known images above the threshold on validation data
     * @param fingerprints known ones in the bundle, of each class
     * @param heldOut how many of those, the last of each class, are of images that the network was not trained on; null in older bundles,
     *     which do not say
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Novelty(
            String score,
            double threshold,
            double targetFpr,
            List<Integer> fingerprints,
            @Nullable List<Integer> heldOut) {
        public NoveltyMethod method() {
            return NoveltyMethod.labelled(score);
        }
    }

    /** How x* is estimated in one of the spaces. */
    public Projection projection(Space space) {
        String name = space.projection() == null ? projection : space.projection();
        if (name == null) {
            throw new IllegalArgumentException(
                    "model.json is damaged: it says no projection for the space " + space.name());
        }
        return Projection.named(name);
    }

    /** Of what images of one source say. */
    public double correlation() {
        return setCorrelation == null ? CombinedPosterior.DEFAULT_CORRELATION : setCorrelation;
    }

    /** The reference a bundle belongs to. */
    public record ReferenceLink(String name, String version, String sha256) {}
}
