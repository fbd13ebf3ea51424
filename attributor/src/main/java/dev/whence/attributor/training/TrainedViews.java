package dev.whence.attributor.training;

import dev.whence.attributor.AttributionNetwork;
import dev.whence.attributor.AttributionNetwork.Reading;
import dev.whence.attributor.Calibration;
import dev.whence.attributor.CombinedPosterior;
import dev.whence.attributor.Crops;
import dev.whence.attributor.bundle.ModelManifest.Novelty;
import dev.whence.attributor.evaluation.ImageSets;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.openset.KnownFingerprints;
import dev.whence.attributor.openset.NoveltyMethod;
import dev.whence.attributor.projection.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** A network for each of several views, trained one after the other, from which fused ones are made. */
public final class TrainedViews implements AutoCloseable {
    private static final int BATCH = 64;
    private static final double LEAST_WEIGHT = 0.02;
    /** Sizes of the sets that tell how far images of one source say the same. */
    private static final List<Integer> SET_SIZES = List.of(3, 10);

    private final ViewArtifacts data;
    private final int classes;
    private final int size;
    private final TrainingSettings settings;
    private final List<BranchTraining> branches = new ArrayList<>();
    /** Of the validation images, by each branch. */
    private final List<Reading> validation = new ArrayList<>();

    private TrainedViews(ViewArtifacts data, int classes, int size, TrainingSettings settings) {
        this.data = data;
        this.classes = classes;
        this.size = size;
        this.settings = settings;
    }

    /**
     * Trains.
     *
     * @param classes how many there are; training and validation hold some of each
     * @param size side length of the images, in pixels
     */
    public static TrainedViews train(
            ViewArtifacts data,
            int classes,
            int size,
            TrainingSettings settings,
            AttributionTrainer.Progress progress) {
        TrainedViews trained = new TrainedViews(data, classes, size, settings);
        try {
            for (int v = 0; v < data.views().size(); v++) {
                BranchTraining branch = new BranchTraining(
                        data.views().get(v),
                        classes,
                        size,
                        settings,
                        data.training().get(v),
                        data.validation().get(v));
                trained.branches.add(branch);
                branch.run(progress);
                trained.validation.add(branch.read(data.validation().get(v)));
            }
            return trained;
        } catch (RuntimeException e) {
            trained.close();
            throw e;
        }
    }

    /**
     * Fuses the networks of some of the views, without those that have less than a fiftieth of the say: they would cost as much as any.
     *
     * @param wanted at least one of those that were trained
     */
    public FusedModel fuse(List<View> wanted) {
        int[] labels = data.validation().get(0).labels();
        double[] say = OpinionPool.weights(logits(wanted), labels);
        List<View> views = IntStream.range(0, say.length)
                .filter(v -> say[v] >= LEAST_WEIGHT)
                .mapToObj(wanted::get)
                .toList();
        int[] of = views.stream().mapToInt(data.views()::indexOf).toArray();
        List<BranchTraining> fused = Arrays.stream(of).mapToObj(branches::get).toList();
        List<Reading> readings = IntStream.of(of).mapToObj(validation::get).toList();
        float[][][] logits = logits(views);
        double[] weights = OpinionPool.weights(logits, labels);
        double[] lengths = readings.stream()
                .mapToDouble(reading -> typicalLength(reading.fingerprints()))
                .toArray();
        byte[] graph = FusedGraph.of(fused, weights, lengths, classes, size);
        try (AttributionNetwork network =
                new AttributionNetwork(graph, View.shapes(views, size), Inference.cpu(settings.threads()))) {
            Reading fusedValidation = read(network, of, data.validation());
            ExportCheck.requireEqual(OpinionPool.pooled(logits, weights), fusedValidation.logits());
            Reading training = read(network, of, data.training());
            KnownFingerprints all = new KnownFingerprints(
                    byClass(training, data.training().get(0).labels()), byClass(fusedValidation, labels));
            KnownFingerprints known = all.sample();
            double temperature = Calibration.temperature(fusedValidation.logits(), labels);
            return new FusedModel(
                    List.copyOf(views),
                    graph,
                    temperature,
                    all.prototypes(),
                    known,
                    novelty(known),
                    correlation(fusedValidation.logits(), labels, temperature),
                    measured(views, weights, fusedValidation.logits(), labels, temperature));
        }
    }

    /** Of the validation images, {@code [view][image][class]}. */
    private float[][][] logits(List<View> views) {
        return views.stream()
                .map(view -> validation.get(data.views().indexOf(view)).logits())
                .toArray(float[][][]::new);
    }

    private static Reading read(AttributionNetwork network, int[] views, List<LabelledArtifacts> part) {
        return read(
                network,
                IntStream.of(views).mapToObj(v -> part.get(v).artifacts()).toList(),
                part.get(0).crops());
    }

    /** Root of the mean square. */
    private static double typicalLength(float[][] features) {
        double sum = 0;
        for (float[] row : features) {
            for (float v : row) {
                sum += (double) v * v;
            }
        }
        return Math.sqrt(Math.max(sum / features.length, 1e-12));
    }

    /**
     * Reads many artifacts.
     *
     * @param artifacts {@code [view][crop]}
     * @param crops of the images
     * @return by image
     */
    public static Reading read(AttributionNetwork network, List<List<float[]>> artifacts, Crops crops) {
        float[][] logits = new float[crops.rows()][];
        float[][] fingerprints = new float[crops.rows()][];
        for (int from = 0; from < logits.length; from += BATCH) {
            int to = Math.min(logits.length, from + BATCH);
            int start = from;
            Reading batch = network.read(artifacts.stream()
                    .map(view -> view.subList(start, to).toArray(float[][]::new))
                    .toArray(float[][][]::new));
            System.arraycopy(batch.logits(), 0, logits, from, to - from);
            System.arraycopy(batch.fingerprints(), 0, fingerprints, from, to - from);
        }
        return new Reading(logits, fingerprints).pooled(crops);
    }

    private List<float[][]> byClass(Reading reading, int[] labels) {
        return IntStream.range(0, classes)
                .mapToObj(c -> IntStream.range(0, labels.length)
                        .filter(i -> labels[i] == c)
                        .mapToObj(i -> reading.fingerprints()[i])
                        .toArray(float[][]::new))
                .toList();
    }

    private Novelty novelty(KnownFingerprints known) {
        double rate = settings.falsePositiveRate();
        return new Novelty(
                NoveltyMethod.DEFAULT.label(),
                NoveltyMethod.DEFAULT.threshold(known, rate),
                rate,
                known.byClass().stream().map(rows -> rows.length).toList(),
                known.heldOut().stream().map(rows -> rows.length).toList());
    }

    private double correlation(float[][] logits, int[] labels, double temperature) {
        List<double[][]> sets = new ArrayList<>();
        List<Integer> truth = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            int label = c;
            List<double[]> posteriors = IntStream.range(0, labels.length)
                    .filter(i -> labels[i] == label)
                    .mapToObj(i -> Calibration.probabilities(logits[i], temperature))
                    .toList();
            for (int images : SET_SIZES) {
                for (List<double[]> set : ImageSets.draw(posteriors, images, settings.seed())) {
                    sets.add(set.toArray(double[][]::new));
                    truth.add(c);
                }
            }
        }
        return sets.isEmpty()
                ? CombinedPosterior.DEFAULT_CORRELATION
                : CombinedPosterior.correlation(
                        sets, truth.stream().mapToInt(Integer::intValue).toArray());
    }

    private Map<String, Double> measured(
            List<View> views, double[] weights, float[][] logits, int[] labels, double temperature) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("validationImages", (double) labels.length);
        figures.put("validationBalancedAccuracy", BalancedAccuracy.of(logits, labels, classes));
        figures.put("validationNllBefore", Calibration.negativeLogLikelihood(logits, labels, 1));
        figures.put("validationNllAfter", Calibration.negativeLogLikelihood(logits, labels, temperature));
        for (int v = 0; v < weights.length; v++) {
            figures.put("weight " + views.get(v).name().toLowerCase(Locale.ROOT), weights[v]);
        }
        return figures;
    }

    @Override
    public void close() {
        branches.forEach(BranchTraining::close);
    }
}
