package dev.whence.attributor.training;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.image.ImageDecoder;
import dev.whence.attributor.image.ImageLimits;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.attributor.projection.ArtifactExtractor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Labelled images on their way into training: decoded, split by name, turned into artifacts.
 *
 * <p>The split depends on nothing but an image's label and its file name without the ending: the same picture stored as
 * PNG and as JPEG falls on the same side.
 */
final class TrainingImages {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingImages.class);
    private static final int BATCH = 64;

    private final ArtifactExtractor extractor;
    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
    private final List<String> classes;
    private final int size;
    private final double testShare;

    private final Set<String> seen = new HashSet<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final Part training;
    private final Part validation;
    private long test;
    private long rejected;

    private final List<CanonicalImage> pending = new ArrayList<>();
    private final List<Integer> pendingLabels = new ArrayList<>();
    private final List<Part> pendingParts = new ArrayList<>();

    TrainingImages(ArtifactExtractor extractor, List<String> classes, int spaces, int size, double testShare) {
        this.extractor = extractor;
        this.classes = classes;
        this.size = size;
        this.testShare = testShare;
        training = new Part(spaces);
        validation = new Part(spaces);
    }

    /** The artifacts of one side of the split, {@code artifacts.get(space).get(image)}, with their labels. */
    static final class Part {
        final List<List<float[]>> artifacts = new ArrayList<>();
        final List<Integer> labels = new ArrayList<>();

        Part(int spaces) {
            for (int i = 0; i < spaces; i++) {
                artifacts.add(new ArrayList<>());
            }
        }

        int size() {
            return labels.size();
        }

        float[][][] batch(int from, int to) {
            return artifacts.stream()
                    .map(space -> space.subList(from, to).toArray(float[][]::new))
                    .toArray(float[][][]::new);
        }

        int[] labels(int from, int to) {
            return labels.subList(from, to).stream().mapToInt(Integer::intValue).toArray();
        }
    }

    void add(String label, EncodedImage image) {
        double position = position(label, image.fileName());
        if (position < testShare) {
            test++;
            return;
        }
        CanonicalImage canonical;
        try {
            canonical = decoder.decode(image.bytes(), size);
        } catch (ImageRejectedException e) {
            rejected++;
            LOG.warn("{} is left out of training: {}: {}", image.name(), e.reason(), e.getMessage());
            return;
        }
        if (!seen.add(canonical.sha256())) {
            return;
        }
        counts.merge(label, 1, Integer::sum);
        pending.add(canonical);
        pendingLabels.add(classes.indexOf(label));
        pendingParts.add(position < testShare + TrainingSettings.VALIDATION_SHARE ? validation : training);
        if (pending.size() == BATCH) {
            extract();
        }
    }

    /** Turns what is waiting into artifacts. */
    void extract() {
        if (pending.isEmpty()) {
            return;
        }
        float[][][] artifacts = extractor.extract(pending).artifacts();
        for (int i = 0; i < pending.size(); i++) {
            Part part = pendingParts.get(i);
            part.labels.add(pendingLabels.get(i));
            for (int s = 0; s < artifacts.length; s++) {
                part.artifacts.get(s).add(artifacts[s][i]);
            }
        }
        pending.clear();
        pendingLabels.clear();
        pendingParts.clear();
    }

    Part training() {
        return training;
    }

    Part validation() {
        return validation;
    }

    /** SHA-256 of every image of training and validation. */
    Set<String> seen() {
        return seen;
    }

    /** Images of each class in training and validation together. */
    Map<String, Integer> counts() {
        return counts;
    }

    long testImages() {
        return test;
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
