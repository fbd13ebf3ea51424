package dev.whence.attributor.study;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.Crops;
import dev.whence.attributor.evaluation.ConfusionMatrix;
import dev.whence.attributor.evaluation.FrechetDistanceRatio;
import dev.whence.attributor.projection.ArtifactExtractor;
import dev.whence.attributor.projection.Projection;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.space.EncoderSpace;
import dev.whence.attributor.training.TrainingSettings;
import dev.whence.attributor.training.ViewArtifacts;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows of the attribution table for methods that train no network of ours. They have no randomness, so one run says all. Of an image of
 * several crops they learn each, and what they say of the crops is averaged, as it is for our networks.
 */
final class OtherMethods {
    private static final long SEED = 1;

    private OtherMethods() {}

    static List<List<Object>> rows(StudyData data, TrainingSettings settings) {
        List<CanonicalImage> training = Crops.parts(data.images().training().images());
        int[] labels = Crops.of(data.images().training().images())
                .repeated(data.images().training().labels());
        List<CanonicalImage> test = Crops.parts(data.images().test().images());
        List<List<Object>> rows = new ArrayList<>();
        Baseline spectrum = SpectrumBaseline.fit(training, labels);
        rows.add(row(data, "azimuthal spectrum, linear (Durall 2020)", spectrum.scores(test), spectrum.features(test)));
        Baseline residual = ResidualCorrelationBaseline.fit(training, labels);
        rows.add(row(data, "residual correlation (Marra 2019)", residual.scores(test), residual.features(test)));
        for (EmbeddingSpace space : data.reference().spaces()) {
            if (space instanceof EncoderSpace) {
                try (ArtifactExtractor extractor = ViewArtifacts.extractor(
                        data.reference(), List.of(new View(space, Projection.NONE)), 1, settings.threads())) {
                    float[][] known = embeddings(extractor, training);
                    float[][] queries = embeddings(extractor, test);
                    NearestNeighbourBaseline nearest = new NearestNeighbourBaseline(known, labels);
                    rows.add(row(data, "k-NN on " + space.name(), nearest.scores(queries), queries));
                }
            }
        }
        return rows;
    }

    private static float[][] embeddings(ArtifactExtractor extractor, List<CanonicalImage> images) {
        return ViewArtifacts.extract(extractor, images, done -> {}).get(0).toArray(float[][]::new);
    }

    /**
     * @param scoresOfCrops {@code [crop][class]}
     * @param featuresOfCrops {@code [crop][component]}
     */
    private static List<Object> row(StudyData data, String name, float[][] scoresOfCrops, float[][] featuresOfCrops) {
        Crops crops = Crops.of(data.images().test().images());
        float[][] scores = crops.means(scoresOfCrops);
        float[][] features = crops.means(featuresOfCrops);
        int[] labels = data.images().test().labels();
        int classes = data.classes().size();
        int[][] matrix = new int[classes][classes];
        for (int i = 0; i < labels.length; i++) {
            matrix[labels[i]][Answers.first(scores[i])]++;
        }
        ConfusionMatrix confusion = new ConfusionMatrix(data.classes(), matrix);
        List<float[][]> byClass = IntStream.range(0, classes)
                .mapToObj(c -> IntStream.range(0, labels.length)
                        .filter(i -> labels[i] == c)
                        .mapToObj(i -> features[i])
                        .toArray(float[][]::new))
                .filter(rows -> rows.length >= FrechetDistanceRatio.LEAST_IMAGES)
                .toList();
        double none = Double.NaN;
        return List.of(
                "baseline: another method",
                name,
                1,
                confusion.accuracy(),
                none,
                confusion.balancedAccuracy(),
                none,
                FrechetDistanceRatio.of(byClass, SEED).ratio(),
                none,
                none,
                none,
                none,
                none,
                none,
                none);
    }
}
