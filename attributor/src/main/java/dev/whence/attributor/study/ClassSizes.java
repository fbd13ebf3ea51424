package dev.whence.attributor.study;

import java.util.Arrays;

/** How many training images each class has. */
final class ClassSizes {
    private ClassSizes() {}

    /**
     * Counts them.
     *
     * @param labels class of each training image, from 0, without gaps
     * @param images how many training images there are
     * @return one count for each class
     * @throws IllegalArgumentException when labels are missing, or a class has no image
     */
    static int[] of(int[] labels, int images) {
        if (labels.length != images || images == 0) {
            throw new IllegalArgumentException(
                    "%d labels are not one for each of %d training images, of which at least one is needed"
                            .formatted(labels.length, images));
        }
        int[] sizes = new int[Arrays.stream(labels).max().orElseThrow() + 1];
        for (int label : labels) {
            sizes[label]++;
        }
        for (int c = 0; c < sizes.length; c++) {
            if (sizes[c] == 0) {
                throw new IllegalArgumentException("Class %d of %d has no training image".formatted(c, sizes.length));
            }
        }
        return sizes;
    }
}
