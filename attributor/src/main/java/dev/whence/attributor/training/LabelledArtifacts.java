package dev.whence.attributor.training;

import dev.whence.attributor.Crops;
import java.util.List;
import java.util.Random;

/**
 * Artifacts of one view with the sources of their images.
 *
 * @param artifacts by crop
 * @param perturbed the same crops perturbed, or none at all
 * @param crops of the images
 * @param labels number of each image's class
 */
public record LabelledArtifacts(List<float[]> artifacts, List<float[]> perturbed, Crops crops, int[] labels) {
    public LabelledArtifacts {
        if (crops.images() != labels.length
                || artifacts.size() != crops.rows()
                || (!perturbed.isEmpty() && perturbed.size() != crops.rows())) {
            throw new IllegalArgumentException(
                    "%d labels of %d images with %d crops, %d artifacts and %d perturbed ones"
                            .formatted(
                                    labels.length, crops.images(), crops.rows(), artifacts.size(), perturbed.size()));
        }
    }

    /** The artifact of one of an image's crops, every other time of the perturbed one. */
    float[] draw(int image, Random random) {
        int crop = crops.first(image) + (crops.count(image) == 1 ? 0 : random.nextInt(crops.count(image)));
        return !perturbed.isEmpty() && random.nextBoolean() ? perturbed.get(crop) : artifacts.get(crop);
    }
}
