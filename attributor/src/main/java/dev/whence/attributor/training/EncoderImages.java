package dev.whence.attributor.training;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.image.ImageDecoder;
import dev.whence.attributor.image.ImageLimits;
import dev.whence.attributor.image.ImageRejectedException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images an encoder is trained on and, a tenth chosen by name, probed with.
 *
 * <p>Labels are folders where the images come from more than one, else the last part of a file's name:
 * {@code ref-00001-deer.jpg} shows a deer.
 */
final class EncoderImages {
    private static final Logger LOG = LoggerFactory.getLogger(EncoderImages.class);
    private static final double HELD_OUT_SHARE = 0.1;
    /** Fewer images a class than this, and what was taken for labels is numbers or names of their own. */
    private static final int IMAGES_A_CLASS = 5;

    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
    private final int size;
    private final Set<String> seen = new HashSet<>();
    private final Part training = new Part();
    private final Part heldOut = new Part();
    private long rejected;

    EncoderImages(int size) {
        this.size = size;
    }

    /** One side of the split. */
    static final class Part {
        private final List<CanonicalImage> images = new ArrayList<>();
        private final List<Names> names = new ArrayList<>();

        int size() {
            return images.size();
        }

        CanonicalImage image(int i) {
            return images.get(i);
        }

        List<CanonicalImage> images() {
            return images;
        }

        /** The class of each image. */
        int[] labels(Labels labels) {
            return names.stream()
                    .mapToInt(n -> labels.classes().indexOf(labels.of().apply(n)))
                    .toArray();
        }
    }

    private record Names(String folder, String file) {}

    /**
     * Where the labels come from.
     *
     * @param origin for a person
     * @param classes sorted; empty where nothing can be taken for labels
     */
    record Labels(String origin, List<String> classes, Function<Names, String> of) {}

    /**
     * Mean and standard deviation of red, green and blue, of values from 0 to 1.
     *
     * @param deviation never 0
     */
    record Normalisation(float[] mean, float[] deviation) {
        List<Float> means() {
            return List.of(mean[0], mean[1], mean[2]);
        }

        List<Float> deviations() {
            return List.of(deviation[0], deviation[1], deviation[2]);
        }

        /** Writes an image as the network sees it: 3 x size x size, red first. */
        void apply(CanonicalImage image, FloatBuffer to) {
            byte[] rgb = image.rgb();
            for (int channel = 0; channel < 3; channel++) {
                for (int i = channel; i < rgb.length; i += 3) {
                    to.put(apply(rgb[i] & 0xff, channel));
                }
            }
        }

        /** @param level from 0 to 255 */
        float apply(float level, int channel) {
            return (level / 255f - mean[channel]) / deviation[channel];
        }
    }

    void add(String folder, EncodedImage image) {
        try {
            CanonicalImage canonical = decoder.decode(image.bytes(), size);
            if (seen.add(canonical.sha256())) {
                Part part = TrainingImages.position("", image.fileName()) < HELD_OUT_SHARE ? heldOut : training;
                part.images.add(canonical);
                part.names.add(new Names(folder, image.fileName()));
            }
        } catch (ImageRejectedException e) {
            rejected++;
            LOG.warn("{} is left out of training: {}: {}", image.name(), e.reason(), e.getMessage());
        }
    }

    Part training() {
        return training;
    }

    Part heldOut() {
        return heldOut;
    }

    long rejected() {
        return rejected;
    }

    Labels labels() {
        Labels folders = labels("folders", Names::folder);
        Labels found = folders.classes().size() > 1 ? folders : labels("file names", n -> lastPart(n.file()));
        return found.classes().size() * IMAGES_A_CLASS > training.size() + heldOut.size()
                ? new Labels("nothing", List.of(), n -> "")
                : found;
    }

    private Labels labels(String origin, Function<Names, String> of) {
        Set<String> classes = new TreeSet<>();
        training.names.forEach(n -> classes.add(of.apply(n)));
        heldOut.names.forEach(n -> classes.add(of.apply(n)));
        return new Labels(origin, List.copyOf(classes), of);
    }

    /** What stands between the last {@code -} or {@code _} and the ending of a file's name. */
    static String lastPart(String fileName) {
        int dot = fileName.lastIndexOf('.');
        String stem = dot > 0 ? fileName.substring(0, dot) : fileName;
        return stem.substring(Math.max(stem.lastIndexOf('-'), stem.lastIndexOf('_')) + 1);
    }

    /** Of the training images. */
    Normalisation normalisation() {
        float[] mean = new float[3];
        float[] deviation = new float[3];
        for (int channel = 0; channel < 3; channel++) {
            long sum = 0;
            long squares = 0;
            long pixels = 0;
            for (CanonicalImage image : training.images) {
                byte[] rgb = image.rgb();
                for (int i = channel; i < rgb.length; i += 3) {
                    int level = rgb[i] & 0xff;
                    sum += level;
                    squares += (long) level * level;
                }
                pixels += rgb.length / 3;
            }
            double average = (double) sum / pixels;
            mean[channel] = (float) (average / 255);
            // One level at least: a black channel is no reason to divide by 0.
            deviation[channel] = (float) (Math.sqrt(Math.max(1, (double) squares / pixels - average * average)) / 255);
        }
        return new Normalisation(mean, deviation);
    }

    /** Tells sets of images apart, their split included. */
    String sha256() {
        return Hashes.sha256(sums(training) + "/" + sums(heldOut));
    }

    private static String sums(Part part) {
        return part.images.stream().map(CanonicalImage::sha256).collect(Collectors.joining(" "));
    }
}
