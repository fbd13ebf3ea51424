package dev.whence.attributor.training;

import dev.whence.attributor.bundle.ModelManifest;
import java.util.stream.Collectors;

/** {@code MODEL_CARD.md}: what a person should know before trusting a bundle. */
final class ModelCard {
    private ModelCard() {}

    static String of(ModelManifest manifest, long referenceImages) {
        String classes = manifest.trainedOn().entrySet().stream()
                .map(c -> "| %s | %d |".formatted(c.getKey(), c.getValue()))
                .collect(Collectors.joining("\n"));
        String settings = manifest.settings().entrySet().stream()
                .map(s -> "%s %s".formatted(s.getKey(), s.getValue()))
                .collect(Collectors.joining(", "));
        String measured = manifest.measured().entrySet().stream()
                .map(m -> "- %s: %.4g".formatted(m.getKey(), m.getValue()))
                .collect(Collectors.joining("\n"));
        return """
                # %s %s
                Tells %d sources apart on images of %d x %d pixels (%s), by their artifacts against the reference
                %s %s of %d real images.

                Views (space and projection): %s.

                | source | images seen in training and validation |
                |---|---|
                %s

                Training: %s.

                On the validation images, which also chose epochs, weights of the views, temperature and threshold, so that these figures are
                on the bright side:
                %s

                Limits: a source that is not in the table may be answered as one that is, or as real. Images that were re-encoded or
                resized otherwise than the training images may be answered wrongly with high confidence. Probabilities
                assume that every source is equally likely. An answer is an inference, never a proof.
                """.formatted(
                        manifest.name(),
                        manifest.version(),
                        manifest.classes().size(),
                        manifest.size(),
                        manifest.size(),
                        manifest.framing(),
                        manifest.reference().name(),
                        manifest.reference().version(),
                        referenceImages,
                        manifest.spaces().stream()
                                .map(space -> space.name() + "/" + space.projection())
                                .collect(Collectors.joining(", ")),
                        classes,
                        settings,
                        measured);
    }
}
