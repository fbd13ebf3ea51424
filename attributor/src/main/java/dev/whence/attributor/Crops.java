package dev.whence.attributor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How the crops of several images lie one after the other in the rows of a batch: those of the first image first. */
public final class Crops {
    /** First row of each image, and the number of all rows. */
    private final int[] first;

    private Crops(int[] first) {
        this.first = first;
    }

    public static Crops of(List<CanonicalImage> images) {
        int[] first = new int[images.size() + 1];
        for (int i = 0; i < images.size(); i++) {
            first[i + 1] = first[i] + images.get(i).crops().size();
        }
        return new Crops(first);
    }

    /** The crops of all the images, each as an image of its own. */
    public static List<CanonicalImage> parts(List<CanonicalImage> images) {
        return images.stream().flatMap(image -> image.parts().stream()).toList();
    }

    /**
     * The images in their order, in lists of as many as have no more crops together than that; an image with more is alone.
     *
     * @param crops of one list at most, at least 1
     */
    public static List<List<CanonicalImage>> batches(List<CanonicalImage> images, int crops) {
        Crops of = of(images);
        List<List<CanonicalImage>> batches = new ArrayList<>();
        for (int from = 0, to = 0; from < images.size(); from = to) {
            to++;
            while (to < images.size() && of.first(to + 1) - of.first(from) <= crops) {
                to++;
            }
            batches.add(images.subList(from, to));
        }
        return batches;
    }

    public int images() {
        return first.length - 1;
    }

    /** Crops of all images. */
    public int rows() {
        return first[images()];
    }

    /** Crops of one image. */
    public int count(int image) {
        return first[image + 1] - first[image];
    }

    /** The row of an image's first crop; for the number of images, that of all rows. */
    public int first(int image) {
        return first[image];
    }

    /**
     * What the crops of each image say on average.
     *
     * @param values {@code [crop][component]}
     * @return {@code [image][component]}; of an image of one crop its own
     */
    public float[][] means(float[][] values) {
        float[][] means = new float[images()][];
        for (int i = 0; i < means.length; i++) {
            means[i] = count(i) == 1 ? values[first[i]] : mean(values, first[i], first[i + 1]);
        }
        return means;
    }

    private static float[] mean(float[][] values, int from, int to) {
        float[] mean = new float[values[from].length];
        for (int j = 0; j < mean.length; j++) {
            double sum = 0;
            for (int row = from; row < to; row++) {
                sum += values[row][j];
            }
            mean[j] = (float) (sum / (to - from));
        }
        return mean;
    }

    /** What is known of each image, once for each of its crops. */
    public int[] repeated(int[] ofImages) {
        int[] ofCrops = new int[rows()];
        for (int i = 0; i < images(); i++) {
            Arrays.fill(ofCrops, first[i], first[i + 1], ofImages[i]);
        }
        return ofCrops;
    }
}
