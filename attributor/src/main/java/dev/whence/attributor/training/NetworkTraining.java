package dev.whence.attributor.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import dev.whence.attributor.space.EmbeddingSpace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One training of the attribution network.
 *
 * <p>Every source gets the same share of every epoch however few its images (what is reported is balanced accuracy).
 * Half of the images are mirrored, which vectors show nothing of. The parameters of the epoch with the best balanced
 * accuracy on the validation part are kept.
 */
final class NetworkTraining implements AutoCloseable {
    private static final int BATCH = 32;
    private static final float LEARNING_RATE = 3e-3f;
    private static final float WEIGHT_DECAY = 0.01f;
    /** What the branches' own heads add to the loss, together, beside the fused head's 1. */
    private static final float BRANCH_WEIGHT = 1f;

    private static final List<Integer> WIDTHS = List.of(16, 32, 64);

    private final TrainingSettings settings;
    private final int classes;
    private final int size;
    private final List<Shape> shapes;
    private final float[] scales;
    private final TrainingImages.Part training;
    private final TrainingImages.Part validation;
    private final FusedNetwork network;
    private final Descent descent;
    private final Random random;
    private final Loss loss = Loss.softmaxCrossEntropyLoss();
    private final List<ClassCycle> cycles = new ArrayList<>();

    NetworkTraining(
            TrainingSettings settings,
            int classes,
            int size,
            float[] scales,
            TrainingImages.Part training,
            TrainingImages.Part validation) {
        this.settings = settings;
        this.classes = classes;
        this.size = size;
        shapes = settings.shapes(size);
        this.scales = scales;
        this.training = training;
        this.validation = validation;
        random = new Random(settings.seed());
        for (int c = 0; c < classes; c++) {
            cycles.add(new ClassCycle(c));
        }
        network = new FusedNetwork(shapes, classes, WIDTHS);
        descent = new Descent(
                network,
                new Descent.Settings(
                        LEARNING_RATE,
                        WEIGHT_DECAY,
                        stepsPerEpoch() * settings.epochs(),
                        settings.seed(),
                        settings.threads()),
                shapes.stream().map(shape -> new Shape(BATCH).addAll(shape)).toArray(Shape[]::new));
    }

    /** Trains, and leaves the best epoch's parameters in the network. */
    void run(AttributionTrainer.Progress progress) {
        double best = -1;
        Map<String, Descent.ParameterState> kept = Map.of();
        for (int epoch = 1; epoch <= settings.epochs(); epoch++) {
            double sum = 0;
            for (int step = 0; step < stepsPerEpoch(); step++) {
                sum += step();
            }
            double accuracy = BalancedAccuracy.of(validationLogits(), validation.labels(0, validation.size()), classes);
            progress.epoch(epoch, settings.epochs(), sum / stepsPerEpoch(), accuracy);
            if (accuracy >= best) {
                best = accuracy;
                kept = descent.state();
            }
        }
        descent.restore(kept);
    }

    /** {@code attribute.onnx} with the parameters as they are. */
    byte[] export() {
        return network.export(settings.spaces(), scales, size);
    }

    private int stepsPerEpoch() {
        return Math.max(1, training.size() / BATCH);
    }

    private double step() {
        int[] images = new int[BATCH];
        boolean[] mirrored = new boolean[BATCH];
        float[] labels = new float[BATCH];
        for (int i = 0; i < BATCH; i++) {
            int label = random.nextInt(classes);
            labels[i] = label;
            images[i] = cycles.get(label).next();
            mirrored[i] = random.nextBoolean();
        }
        Mixture mixture = Mixture.draw(random);
        try (NDManager batch = descent.batch()) {
            NDList inputs = new NDList();
            for (int s = 0; s < scales.length; s++) {
                float[] mixed = mixture.of(input(s, images, mirrored), BATCH);
                inputs.add(batch.create(mixed, new Shape(BATCH).addAll(shapes.get(s))));
            }
            NDList truth = new NDList(batch.create(labels));
            NDList partners = new NDList(batch.create(Mixture.reversed(labels)));
            return descent.step(batch, inputs, outputs -> {
                NDArray total = loss(truth, partners, mixture, outputs.get(0));
                for (int s = 0; s < scales.length && scales.length > 1; s++) {
                    NDArray branch = loss(truth, partners, mixture, outputs.get(2 + s));
                    total = total.add(branch.mul(BRANCH_WEIGHT / scales.length));
                }
                return total;
            });
        }
    }

    private NDArray loss(NDList truth, NDList partners, Mixture mixture, NDArray logits) {
        NDList predicted = new NDList(logits);
        return loss.evaluate(truth, predicted)
                .mul(mixture.share())
                .add(loss.evaluate(partners, predicted).mul(1 - mixture.share()));
    }

    private float[] input(int s, int[] images, boolean[] mirrored) {
        EmbeddingSpace space = settings.spaces().get(s);
        int length = (int) shapes.get(s).size();
        float[] input = new float[images.length * length];
        for (int i = 0; i < images.length; i++) {
            float[] artifact = training.artifacts.get(s).get(images[i]);
            for (int j = 0; j < length; j++) {
                int source = mirrored[i] ? space.mirrored(j, size) : j;
                input[i * length + j] = artifact[source] * scales[s];
            }
        }
        return input;
    }

    /** Logits of the validation part by the network as it is, {@code [image][class]}. */
    float[][] validationLogits() {
        float[][] logits = new float[validation.size()][];
        for (int from = 0; from < validation.size(); from += BATCH) {
            int to = Math.min(validation.size(), from + BATCH);
            float[][][] artifacts = validation.batch(from, to);
            try (NDManager batch = descent.batch()) {
                NDList inputs = new NDList();
                for (int s = 0; s < scales.length; s++) {
                    float[] flat = new float[(to - from) * artifacts[s][0].length];
                    for (int i = 0; i < to - from; i++) {
                        for (int j = 0; j < artifacts[s][i].length; j++) {
                            flat[i * artifacts[s][i].length + j] = artifacts[s][i][j] * scales[s];
                        }
                    }
                    inputs.add(batch.create(flat, new Shape(to - from).addAll(shapes.get(s))));
                }
                float[] values = descent.evaluate(batch, inputs).get(0).toFloatArray();
                for (int i = 0; i < to - from; i++) {
                    logits[from + i] = java.util.Arrays.copyOfRange(values, i * classes, (i + 1) * classes);
                }
            }
        }
        return logits;
    }

    @Override
    public void close() {
        descent.close();
    }

    /** The images of one class in random order, over and over. */
    private final class ClassCycle {
        private final List<Integer> images = new ArrayList<>();
        private int next;

        ClassCycle(int label) {
            for (int i = 0; i < training.size(); i++) {
                if (training.labels.get(i) == label) {
                    images.add(i);
                }
            }
        }

        int next() {
            if (next == 0) {
                Collections.shuffle(images, random);
            }
            int image = images.get(next);
            next = (next + 1) % images.size();
            return image;
        }
    }
}
