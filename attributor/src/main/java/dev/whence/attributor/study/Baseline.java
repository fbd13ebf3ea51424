package dev.whence.attributor.study;

import dev.whence.attributor.CanonicalImage;
import java.util.List;

/** An older method of attribution, fitted to training images, that the study compares with. Safe for use by several threads. */
interface Baseline {
    /**
     * How likely each class is.
     *
     * @param images of the size of the training images
     * @return {@code [image][class]}, higher is likelier; comparable between images too
     */
    float[][] scores(List<CanonicalImage> images);

    /**
     * What the method sees of an image, for a {@link dev.whence.attributor.evaluation.FrechetDistanceRatio}.
     *
     * @param images of the size of the training images
     * @return {@code [image][dimension]}
     */
    float[][] features(List<CanonicalImage> images);
}
