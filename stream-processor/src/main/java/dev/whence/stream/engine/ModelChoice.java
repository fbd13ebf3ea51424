package dev.whence.stream.engine;

import dev.whence.attributor.Attributor.ModelIdentity;
import dev.whence.schemas.ModelChange;
import java.io.Serializable;

/**
 * The bundle and the reference that attribute.
 *
 * @param bundle path of the bundle
 * @param reference path of the reference
 * @param bundleSha256 the bundle's, hex; empty takes whichever is there
 * @param referenceVersion the reference's; empty takes whichever is there
 */
public record ModelChoice(String bundle, String reference, String bundleSha256, String referenceVersion)
        implements Serializable {

    /** Whatever is at these paths. */
    public static ModelChoice of(String bundle, String reference) {
        return new ModelChoice(bundle, reference, "", "");
    }

    /** Exactly those that the change means. */
    public static ModelChoice of(ModelChange change) {
        return new ModelChoice(
                change.getBundle(), change.getReference(), change.getBundleSha256(), change.getReferenceVersion());
    }

    /**
     * @throws IllegalArgumentException when bundle and reference cannot be opened, do not belong together, or are not
     *     those that are meant
     */
    ImageAttributor open(ImageAttributor.Factory factory) {
        ImageAttributor opened = factory.open(bundle, reference);
        ModelIdentity model = opened.model();
        if (fits(bundleSha256, model.sha256())
                && fits(referenceVersion, opened.reference().version())) {
            return opened;
        }
        opened.close();
        throw new IllegalArgumentException(
                "%s is bundle %s against reference version %s, and bundle %s against %s is meant"
                        .formatted(
                                bundle, model.sha256(), opened.reference().version(), bundleSha256, referenceVersion));
    }

    private static boolean fits(String meant, String found) {
        return meant.isEmpty() || meant.equals(found);
    }

    /** For a person. */
    @Override
    public String toString() {
        return "bundle %s against reference %s".formatted(bundle, reference);
    }
}
