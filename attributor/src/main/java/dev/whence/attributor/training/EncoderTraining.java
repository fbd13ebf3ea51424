package dev.whence.attributor.training;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.onnx.OnnxGraph;
import dev.whence.attributor.training.EncoderImages.Labels;
import dev.whence.attributor.training.EncoderImages.Normalisation;
import dev.whence.attributor.training.EncoderImages.Part;
import dev.whence.attributor.training.NeighbourProbe.Labelled;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * One training of an encoder: a residual network that halves the image at once, and the objective's head on its
 * features. What an epoch draws depends on the seed and its number alone, so that a training that was cut off goes on
 * as if nothing had been.
 */
final class EncoderTraining implements AutoCloseable {
    private static final int EVALUATION_BATCH = 256;
    private static final int STEM_STRIDE = 2;

    private final EncoderSettings settings;
    private final Part training;
    private final Part heldOut;
    private final int[] labels;
    private final int[] heldOutLabels;
    private final Normalisation normalisation;
    private final EncoderObjective objective;
    private final EncoderObjective.Recipe recipe;
    private final int batch;
    private final ResidualBranch encoder;
    private final Descent descent;

    EncoderTraining(EncoderSettings settings, EncoderImages images, Labels labels, Normalisation normalisation) {
        this.settings = settings;
        this.normalisation = normalisation;
        training = images.training();
        heldOut = images.heldOut();
        this.labels = training.labels(labels);
        heldOutLabels = heldOut.labels(labels);
        objective = EncoderObjective.of(settings.kind(), labels.classes().size());
        recipe = objective.recipe();
        batch = Math.min(recipe.batch(), training.size());
        encoder = new ResidualBranch(settings.widths(), STEM_STRIDE);
        // Both outputs: the features, and what the head makes of them.
        SequentialBlock network =
                new SequentialBlock().add(encoder.block()).add(objective.head()).setReturnIntermediate(true);
        descent = new Descent(
                network,
                new Descent.Settings(
                        recipe.learningRate(),
                        recipe.weightDecay(),
                        settings.epochs() * stepsPerEpoch(),
                        settings.seed(),
                        settings.threads()),
                shape(recipe.views() * batch));
    }

    private Shape shape(int images) {
        return new Shape(images, 3, settings.size(), settings.size());
    }

    private int stepsPerEpoch() {
        return training.size() / batch;
    }

    /** Passes once over the training images, but for a last batch that is not full; returns the mean loss. */
    double epoch(int epoch) {
        RandomGenerator random = new SplittableRandom(settings.seed() * 1_000_003 + epoch);
        int[] order = order(random);
        double sum = 0;
        for (int step = 0; step < stepsPerEpoch(); step++) {
            sum += step(Arrays.copyOfRange(order, step * batch, (step + 1) * batch), random);
        }
        return sum / stepsPerEpoch();
    }

    private int[] order(RandomGenerator random) {
        int[] order = new int[training.size()];
        for (int i = 0; i < order.length; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    private double step(int[] images, RandomGenerator random) {
        int length = 3 * settings.size() * settings.size();
        float[] values = new float[recipe.views() * batch * length];
        for (int row = 0; row < recipe.views() * batch; row++) {
            CanonicalImage image = training.image(images[row % batch]);
            recipe.augmentation().apply(image, normalisation, random, values, row * length);
        }
        int[] truth = Arrays.stream(images).map(i -> labels[i]).toArray();
        try (NDManager manager = descent.batch()) {
            NDList input = new NDList(manager.create(values, shape(recipe.views() * batch)));
            return descent.step(manager, input, outputs -> objective.loss(outputs.get(1), truth));
        }
    }

    /** Features of the held-out images by the network as it is. */
    List<float[]> heldOutFeatures() {
        return features(heldOut);
    }

    private List<float[]> features(Part part) {
        List<float[]> features = new ArrayList<>();
        for (int from = 0; from < part.size(); from += EVALUATION_BATCH) {
            int to = Math.min(part.size(), from + EVALUATION_BATCH);
            FloatBuffer values = FloatBuffer.allocate((to - from) * 3 * settings.size() * settings.size());
            for (int i = from; i < to; i++) {
                normalisation.apply(part.image(i), values);
            }
            try (NDManager manager = descent.batch()) {
                NDList outputs =
                        descent.evaluate(manager, new NDList(manager.create(values.array(), shape(to - from))));
                float[] flat = outputs.get(0).toFloatArray();
                for (int i = 0; i < to - from; i++) {
                    features.add(Arrays.copyOfRange(flat, i * settings.dimension(), (i + 1) * settings.dimension()));
                }
            }
        }
        return features;
    }

    /** How much of the classes the features show. */
    double probe() {
        return probe(new Labelled(features(training), labels), new Labelled(features(heldOut), heldOutLabels));
    }

    /** How much of the classes the pixels show. */
    double pixelProbe() {
        return probe(
                new Labelled(labels, i -> pixels(training.image(i))),
                new Labelled(heldOutLabels, i -> pixels(heldOut.image(i))));
    }

    private double probe(Labelled known, Labelled asked) {
        try (NDManager manager = descent.batch()) {
            return NeighbourProbe.accuracy(manager, known, asked);
        }
    }

    private float[] pixels(CanonicalImage image) {
        FloatBuffer values = FloatBuffer.allocate(image.rgb().length);
        normalisation.apply(image, values);
        return values.array();
    }

    /** The encoder alone, with its parameters as they are: {@code image} to {@code features}. */
    byte[] export() {
        OnnxGraph graph = new OnnxGraph("encoder");
        String features = encoder.export(graph, graph.input("image", 3, settings.size(), settings.size()));
        graph.node("Identity", List.of(features), Map.of(), "features");
        graph.output("features", settings.dimension());
        return graph.toBytes();
    }

    Map<String, Descent.ParameterState> state() {
        return descent.state();
    }

    void restore(Map<String, Descent.ParameterState> state) {
        descent.restore(state);
    }

    @Override
    public void close() {
        descent.close();
    }
}
