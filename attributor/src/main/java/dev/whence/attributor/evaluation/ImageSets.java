package dev.whence.attributor.evaluation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Sets of images of one source, for measuring what images say together. */
public final class ImageSets {
    private ImageSets() {}

    /**
     * Draws sets: so many random partitions as a set has images, so that there are about as many sets as images, whatever their size.
     *
     * @param images of one source
     * @param size images of a set, at least 1
     * @param seed of the partitions
     * @return none where the source has too few images; images that fill no whole set are left out of their partition
     */
    public static <T> List<List<T>> draw(List<T> images, int size, long seed) {
        Random random = new Random(seed);
        List<T> shuffled = new ArrayList<>(images);
        List<List<T>> sets = new ArrayList<>();
        for (int partition = 0; partition < size; partition++) {
            Collections.shuffle(shuffled, random);
            for (int from = 0; from + size <= shuffled.size(); from += size) {
                sets.add(List.copyOf(shuffled.subList(from, from + size)));
            }
        }
        return sets;
    }
}
