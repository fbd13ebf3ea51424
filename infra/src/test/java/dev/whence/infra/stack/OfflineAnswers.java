package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attributor;
import dev.whence.attributor.Attributor.ModelIdentity;
import dev.whence.attributor.Attributor.ReferenceIdentity;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.schemas.ImageId;
import dev.whence.schemas.ModelUsed;
import dev.whence.schemas.ProvenanceEvent;
import dev.whence.schemas.ReferenceUsed;
import dev.whence.schemas.SpaceReading;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a model says against a reference, asked without a stream.
 *
 * @param attributions by the image's id
 */
record OfflineAnswers(ModelIdentity model, ReferenceIdentity reference, Map<String, Attribution> attributions) {
    /** A batch of another size is added up in another order. */
    private static final double ROUNDING = 1e-4;

    /** Of these images those that are images. */
    static OfflineAnswers of(Path model, Path reference, List<byte[]> images) {
        try (Attributor attributor = Attributor.open(model, reference, 1)) {
            List<String> ids = new ArrayList<>();
            List<CanonicalImage> canonical = new ArrayList<>();
            for (byte[] image : images) {
                try {
                    canonical.add(attributor.canonical(image));
                    ids.add(ImageId.of(image));
                } catch (ImageRejectedException e) {
                    // None.
                }
            }
            List<Attribution> answers = attributor.attribute(canonical).attributions();
            Map<String, Attribution> attributions = new LinkedHashMap<>();
            for (int i = 0; i < ids.size(); i++) {
                attributions.put(ids.get(i), answers.get(i));
            }
            return new OfflineAnswers(attributor.model(), attributor.reference(), attributions);
        }
    }

    Set<String> images() {
        return attributions.keySet();
    }

    /** Images for which the other names other real images in every space, and another generator first. */
    Set<String> differingIn(OfflineAnswers other) {
        return images().stream().filter(id -> differ(of(id), other.of(id))).collect(Collectors.toSet());
    }

    private static boolean differ(Attribution one, Attribution other) {
        return nearest(one).stream().noneMatch(nearest(other)::contains)
                && !first(one).equals(first(other));
    }

    private static List<String> nearest(Attribution attribution) {
        return attribution.spaces().stream()
                .map(Attribution.SpaceReading::nearest)
                .toList();
    }

    private static String first(Attribution attribution) {
        return attribution.candidates().get(0).generator();
    }

    private Attribution of(String id) {
        return Objects.requireNonNull(attributions.get(id));
    }

    /** Whether the event names this model, what ran it, and this reference. */
    boolean areOf(ProvenanceEvent event) {
        ModelUsed used = event.getModel();
        ReferenceUsed against = event.getReference();
        return model.equals(new ModelIdentity(
                        used.getName(), used.getVersion(), used.getSha256(), used.getEngine(), used.getPrecision()))
                && reference.equals(new ReferenceIdentity(against.getName(), against.getVersion()));
    }

    /** Fails unless the event says of its image what is said here. */
    void assertAre(ProvenanceEvent event) {
        Attribution answer = of(event.getImageId());
        assertThat(event.getVerdict().name()).isEqualTo(answer.verdict().name());
        assertThat(Optional.ofNullable(event.getGenerator())).isEqualTo(answer.generator());
        assertThat(event.getCandidates().get(0).getGenerator()).isEqualTo(first(answer));
        assertThat(event.getConfidence()).isCloseTo(answer.confidence(), within(ROUNDING));
        assertThat(event.getNovelty().getScore()).isCloseTo(answer.novelty().score(), within(ROUNDING));
        assertThat(event.getSpaces()).extracting(SpaceReading::getNearest).isEqualTo(nearest(answer));
    }
}
