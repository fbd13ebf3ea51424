package dev.whence.attributor.training;

import java.util.List;
import java.util.Random;

/**
 * Artifacts of one view with the sources of their images.
 *
 * @param artifacts by image
 * @param perturbed the same images perturbed, or none at all
 * @param labels number of each image's class
 */
public record LabelledArtifacts(List<float[]> artifacts, List<float[]> perturbed, int[] labels) {
    public LabelledArtifacts {
        if (artifacts.size() != labels.length || (!perturbed.isEmpty() && perturbed.size() != labels.length)) {
            throw new IllegalArgumentException("%d labels of %d artifacts and %d perturbed ones"
                    .formatted(labels.length, artifacts.size(), perturbed.size()));
        }
    }

    int size() {
        return labels.length;
    }

    /** The artifact of an image, every other time of the perturbed one. */
    float[] draw(int image, Random random) {
        return !perturbed.isEmpty() && random.nextBoolean() ? perturbed.get(image) : artifacts.get(image);
    }
}
