package dev.whence.attributor.training;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.LabelledImage;
import dev.whence.attributor.image.Framing;
import dev.whence.attributor.image.ImageDecoder;
import dev.whence.attributor.image.ImageLimits;
import dev.whence.attributor.image.ImageRejectedException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Labelled images on their way into training: split by name and decoded.
 *
 * <p>The split depends on nothing but an image's label and its file name without the ending: the same picture stored as
 * PNG and as JPEG falls on the same side.
 */
public final class TrainingImages {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingImages.class);

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
    private final List<String> classes;
    private final int size;
    private final Framing framing;
    private final double testShare;
    private final boolean keepsTest;

    private final Set<String> decoded = new HashSet<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final Part training = new Part();
    private final Part validation = new Part();
    private final Part test = new Part();
    private long testImages;
    private long rejected;

    /**
     * @param classes names of the sources; their places are the labels
     * @param size side length of the canonical images, in pixels
     * @param framing how they come to it; an image's crops stay together
     * @param testShare share of the images that is kept out
     * @param keepsTest whether the test part is decoded too
     */
    public TrainingImages(List<String> classes, int size, Framing framing, double testShare, boolean keepsTest) {
        this.classes = classes;
        this.size = size;
        this.framing = framing;
        this.testShare = testShare;
        this.keepsTest = keepsTest;
    }

    /** One side of the split. */
    public static final class Part {
        private final List<CanonicalImage> images = new ArrayList<>();
        private final List<Integer> labels = new ArrayList<>();

        public List<CanonicalImage> images() {
            return images;
        }

        /** Number of each image's class. */
        public int[] labels() {
            return labels.stream().mapToInt(Integer::intValue).toArray();
        }

        boolean lacks(int label) {
            return !labels.contains(label);
        }
    }

    /** Decodes an image of one of the classes into its part. */
    public void add(LabelledImage image) {
        double position = position(image.label(), image.image().fileName());
        boolean isTest = position < testShare;
        if (isTest) {
            testImages++;
            if (!keepsTest) {
                return;
            }
        }
        CanonicalImage canonical;
        try {
            canonical = decoder.decode(image.image().bytes(), size, framing);
        } catch (ImageRejectedException e) {
            rejected++;
            LOG.warn("{} is left out of training: {}: {}", image.image().name(), e.reason(), e.getMessage());
            return;
        }
        if (!decoded.add(canonical.sha256())) {
            return;
        }
        Part part = isTest ? test : position < testShare + TrainingSettings.VALIDATION_SHARE ? validation : training;
        part.images.add(canonical);
        part.labels.add(classes.indexOf(image.label()));
        if (!isTest) {
            counts.merge(image.label(), 1, Integer::sum);
        }
    }

    /** @throws IllegalArgumentException when a class is missing in training or validation */
    public void requireEveryClass() {
        for (int c = 0; c < classes.size(); c++) {
            if (training.lacks(c) || validation.lacks(c)) {
                throw new IllegalArgumentException(
                        "Too few images of %s: training and validation need some of every source"
                                .formatted(classes.get(c)));
            }
        }
    }

    public Part training() {
        return training;
    }

    public Part validation() {
        return validation;
    }

    /** Empty unless it is kept. */
    public Part test() {
        return test;
    }

    /** SHA-256 of every image of training and validation. */
    Set<String> seen() {
        Set<String> seen = new HashSet<>();
        training.images.forEach(image -> seen.add(image.sha256()));
        validation.images.forEach(image -> seen.add(image.sha256()));
        return seen;
    }

    /** Images of each class in training and validation together. */
    Map<String, Integer> counts() {
        return counts;
    }

    long testImages() {
        return testImages;
    }

    long rejectedImages() {
        return rejected;
    }

    /** A number in [0, 1) that the label and the file's name without its ending decide. */
    static double position(String label, String fileName) {
        int dot = fileName.lastIndexOf('.');
        String stem = dot > 0 ? fileName.substring(0, dot) : fileName;
        String hash = Hashes.sha256(label + "/" + stem);
        return Long.parseLong(hash, 0, 8, 16) / (double) (1L << 32);
    }
}
