package dev.whence.attributor.study;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.projection.ArtifactExtractor;
import dev.whence.attributor.projection.Projection;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.study.StudyReport.Picture;
import dev.whence.attributor.study.StudyReport.PictureRow;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Table;
import dev.whence.attributor.training.TrainingSettings;
import dev.whence.attributor.training.ViewArtifacts;
import java.util.ArrayList;
import java.util.List;

/** An image of each class, or the first crop of it, its nearest real point and its artifact in every space whose embeddings are pictures. */
final class PicturesSection {
    private PicturesSection() {}

    static Section of(StudyData data, TrainingSettings settings) {
        int size = data.reference().size();
        List<EmbeddingSpace> spaces = View.spaces(settings.views()).stream()
                .filter(space -> space.shape(size).dimension() == 3)
                .toList();
        List<View> views = new ArrayList<>();
        for (EmbeddingSpace space : spaces) {
            views.add(new View(space, Projection.NONE));
            views.add(new View(space, Projection.NEAREST));
        }
        int[] labels = data.images().test().labels();
        List<PictureRow> rows = new ArrayList<>();
        if (!views.isEmpty()) {
            try (ArtifactExtractor extractor =
                    ViewArtifacts.extractor(data.reference(), views, settings.neighbours(), settings.threads())) {
                for (int c = 0; c < data.classes().size(); c++) {
                    for (int i = 0; i < labels.length; i++) {
                        if (labels[i] == c) {
                            rows.add(row(
                                    data.classes().get(c),
                                    data.images().test().images().get(i),
                                    spaces,
                                    extractor));
                            break;
                        }
                    }
                }
            }
        }
        return new Section(
                "pictures",
                "Images, the manifold and artifacts",
                "The first test image of each class; in each space the nearest real point x* and the artifact, whose zero is grey. Spectra and"
                        + " residuals are stretched to their own range.",
                new Table(List.of(), List.of()),
                List.of(),
                rows);
    }

    private static PictureRow row(
            String label, CanonicalImage whole, List<EmbeddingSpace> spaces, ArtifactExtractor extractor) {
        CanonicalImage image = whole.parts().get(0);
        float[][][] artifacts = extractor.extract(List.of(image)).artifacts();
        List<Picture> pictures = new ArrayList<>();
        pictures.add(new Picture("image", image.size(), image.rgb()));
        for (int s = 0; s < spaces.size(); s++) {
            float[] embedding = artifacts[2 * s][0];
            float[] artifact = artifacts[2 * s + 1][0];
            float[] nearest = new float[embedding.length];
            for (int i = 0; i < nearest.length; i++) {
                nearest[i] = embedding[i] - artifact[i];
            }
            String name = spaces.get(s).name();
            boolean pixels = spaces.get(s).equals(EmbeddingSpace.RGB);
            pictures.add(new Picture(
                    "x* in " + name,
                    image.size(),
                    pixels ? picture(nearest, 0, 1, image.size()) : stretched(nearest, image.size())));
            pictures.add(new Picture("artifact in " + name, image.size(), aroundZero(artifact, image.size())));
        }
        return new PictureRow(label, pictures);
    }

    private static byte[] stretched(float[] values, int size) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        return picture(values, least, Math.max(most, least + Float.MIN_NORMAL), size);
    }

    private static byte[] aroundZero(float[] values, int size) {
        float most = Float.MIN_NORMAL;
        for (float value : values) {
            most = Math.max(most, Math.abs(value));
        }
        return picture(values, -most, most, size);
    }

    /** Planes to pixels, {@code from} black and {@code to} white. */
    private static byte[] picture(float[] planes, float from, float to, int size) {
        int plane = size * size;
        byte[] rgb = new byte[3 * plane];
        for (int channel = 0; channel < 3; channel++) {
            for (int i = 0; i < plane; i++) {
                float level = 255 * (planes[channel * plane + i] - from) / (to - from);
                rgb[3 * i + channel] = (byte) Math.round(Math.max(0, Math.min(255, level)));
            }
        }
        return rgb;
    }
}
