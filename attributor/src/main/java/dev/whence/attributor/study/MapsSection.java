package dev.whence.attributor.study;

import dev.whence.attributor.AttributionNetwork.Reading;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.evaluation.TSne;
import dev.whence.attributor.study.StudyReport.Chart;
import dev.whence.attributor.study.StudyReport.Scatter;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Maps of what networks see in test images, beside one of their pixels. */
final class MapsSection {
    /** Images of a class at most: t-SNE goes over all pairs. */
    private static final int IMAGES = 120;

    private static final double PERPLEXITY = 30;

    private MapsSection() {}

    static Section of(StudyData data, AttributionTable.Made made, long seed) {
        int[] labels = data.images().test().labels();
        int[] seen = new int[data.classes().size()];
        int[] chosen = IntStream.range(0, labels.length)
                .filter(i -> seen[labels[i]]++ < IMAGES)
                .toArray();
        int[] of = IntStream.of(chosen).map(i -> labels[i]).toArray();
        List<CanonicalImage> images = data.images().test().images();
        List<Chart> charts = new ArrayList<>();
        List<List<Object>> rows = new ArrayList<>();
        add(
                "pixels",
                IntStream.of(chosen).mapToObj(i -> pixels(images.get(i))).toArray(float[][]::new),
                of,
                data,
                seed,
                charts,
                rows);
        for (Map.Entry<String, Reading> row : made.test().entrySet()) {
            float[][] features = row.getValue().fingerprints();
            add(
                    row.getKey(),
                    IntStream.of(chosen).mapToObj(i -> features[i]).toArray(float[][]::new),
                    of,
                    data,
                    seed,
                    charts,
                    rows);
        }
        return new Section(
                "maps",
                "Maps of the features",
                "t-SNE (perplexity %.0f) of at most %d test images of each class: the pixels, then the features of every network of the"
                                .formatted(PERPLEXITY, IMAGES)
                        + " first seed. The divergence is what a map gets wrong, in nats.",
                new Table(List.of("features", "images", "divergence"), rows),
                charts,
                List.of());
    }

    private static void add(
            String name,
            float[][] features,
            int[] labels,
            StudyData data,
            long seed,
            List<Chart> charts,
            List<List<Object>> rows) {
        TSne map = TSne.of(features, PERPLEXITY, seed);
        charts.add(new Scatter(name, data.classes(), labels, map.points()));
        rows.add(List.of(name, features.length, map.divergence()));
    }

    /** Of several crops those of the first. */
    private static float[] pixels(CanonicalImage image) {
        byte[] rgb = image.crops().get(0);
        float[] pixels = new float[rgb.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (rgb[i] & 0xff) / 255f;
        }
        return pixels;
    }
}
