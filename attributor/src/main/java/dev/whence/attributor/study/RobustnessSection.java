package dev.whence.attributor.study;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.evaluation.Evaluation;
import dev.whence.attributor.evaluation.LabelledAttribution;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.attributor.image.Perturbation;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Table;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import javax.imageio.ImageIO;

/** What is left when every image, real or generated, was changed in the same way. */
final class RobustnessSection {
    /** Images of a class at most: the grid is run whole for each. */
    private static final int IMAGES = 150;

    private RobustnessSection() {}

    static Section of(StudyData data, Attributor attributor) {
        Map<String, List<CanonicalImage>> images = new TreeMap<>();
        int[] labels = data.images().test().labels();
        for (int i = 0; i < labels.length; i++) {
            List<CanonicalImage> of = images.computeIfAbsent(data.classes().get(labels[i]), name -> new ArrayList<>());
            if (of.size() < IMAGES) {
                of.add(data.images().test().images().get(i));
            }
        }
        data.unknown().forEach((name, all) -> images.put(name, all.subList(0, Math.min(IMAGES, all.size()))));
        List<List<Object>> rows = new ArrayList<>();
        double untouched = Double.NaN;
        for (Perturbation perturbation : Perturbation.grid()) {
            Evaluation evaluation = evaluate(data.classes(), attributor, images, perturbation::apply);
            double balanced = evaluation.confusion().balancedAccuracy();
            untouched = perturbation.name().equals("none") ? balanced : untouched;
            rows.add(row(perturbation.name(), evaluation, untouched));
        }
        rows.add(row(
                "all-png", evaluate(data.classes(), attributor, images, image -> asPng(attributor, image)), untouched));
        return new Section(
                "robustness",
                "Robustness",
                "At most %d test images of each source, and of each unknown generator, each changed in the same way; points lost are of"
                                .formatted(IMAGES)
                        + " balanced accuracy, in hundredths. In all-png every image was written as PNG and read by the product; jpeg-75 is its"
                        + " counterpart with every image a JPEG: the format can give nothing away.",
                new Table(
                        List.of("change", "images", "accuracy", "balancedAccuracy", "pointsLost", "auroc", "oscr"),
                        rows),
                List.of(),
                List.of());
    }

    private static List<Object> row(String name, Evaluation evaluation, double untouched) {
        double balanced = evaluation.confusion().balancedAccuracy();
        return List.of(
                name,
                evaluation.images(),
                evaluation.confusion().accuracy(),
                balanced,
                100 * (untouched - balanced),
                evaluation.unknown().openSet().auroc(),
                evaluation.unknown().openSet().oscr());
    }

    private static Evaluation evaluate(
            List<String> classes,
            Attributor attributor,
            Map<String, List<CanonicalImage>> images,
            UnaryOperator<CanonicalImage> change) {
        List<LabelledAttribution> answers = new ArrayList<>();
        images.forEach((label, of) -> attributor
                .attribute(of.stream().map(change).toList())
                .attributions()
                .forEach(answer -> answers.add(new LabelledAttribution(label, answer))));
        return Evaluation.of(classes, answers);
    }

    private static CanonicalImage asPng(Attributor attributor, CanonicalImage image) {
        BufferedImage picture = new BufferedImage(image.size(), image.size(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = image.rgb();
        for (int i = 0; i < image.size() * image.size(); i++) {
            int red = rgb[3 * i] & 0xff;
            int green = rgb[3 * i + 1] & 0xff;
            int blue = rgb[3 * i + 2] & 0xff;
            int pixel = (red << 16) | (green << 8) | blue;
            picture.setRGB(i % image.size(), i / image.size(), pixel);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", png);
            return attributor.canonical(png.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("A picture could not be written as PNG", e);
        } catch (ImageRejectedException e) {
            throw new IllegalStateException("The PNG of a picture was rejected", e);
        }
    }
}
