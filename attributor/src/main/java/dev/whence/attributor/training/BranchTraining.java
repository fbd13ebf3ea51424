package dev.whence.attributor.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import dev.whence.attributor.AttributionNetwork.Reading;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.space.EmbeddingSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The training of the network of one view.
 *
 * <p>Every source gets the same share of every epoch however few its images (what is reported is balanced accuracy), and every image of a
 * source the same share of that: of one with several crops another is drawn each time, and an epoch has as many steps as all crops need.
 * Half of the images are mirrored, which features of encoders show nothing of, and where there are perturbed ones every other is
 * perturbed. The parameters of the epoch with the best balanced accuracy on the validation part are kept.
 */
final class BranchTraining implements AutoCloseable {
    private static final int BATCH = 32;
    private static final float LEARNING_RATE = 3e-3f;
    private static final float WEIGHT_DECAY = 0.01f;

    private static final List<Integer> WIDTHS = List.of(16, 32, 64);

    private final View view;
    private final int classes;
    private final int size;
    private final int epochs;
    private final Shape shape;
    private final float scale;
    private final LabelledArtifacts training;
    private final LabelledArtifacts validation;
    private final BranchNetwork network;
    private final Descent descent;
    private final Random random;
    private final Loss loss = Loss.softmaxCrossEntropyLoss();
    private final List<ClassCycle> cycles = new ArrayList<>();

    /**
     * @param size side length of the images, in pixels
     * @param training some of every class
     * @param validation some of every class; chooses the epoch
     */
    BranchTraining(
            View view,
            int classes,
            int size,
            TrainingSettings settings,
            LabelledArtifacts training,
            LabelledArtifacts validation) {
        this.view = view;
        this.classes = classes;
        this.size = size;
        this.epochs = settings.epochs();
        this.training = training;
        this.validation = validation;
        shape = view.space().shape(size);
        scale = scale(training.artifacts());
        random = new Random(settings.seed());
        for (int c = 0; c < classes; c++) {
            cycles.add(new ClassCycle(c));
        }
        network = new BranchNetwork(shape, classes, WIDTHS);
        descent = new Descent(
                network,
                new Descent.Settings(
                        LEARNING_RATE, WEIGHT_DECAY, stepsPerEpoch() * epochs, settings.seed(), settings.threads()),
                new Shape(BATCH).addAll(shape));
    }

    /** One over the standard deviation of the artifacts: what a branch sees has unit variance. */
    private static float scale(List<float[]> artifacts) {
        double sum = 0;
        double squares = 0;
        long n = 0;
        for (float[] artifact : artifacts) {
            for (float v : artifact) {
                sum += v;
                squares += (double) v * v;
            }
            n += artifact.length;
        }
        double variance = squares / n - (sum / n) * (sum / n);
        return (float) (1 / Math.sqrt(Math.max(variance, 1e-12)));
    }

    /** Trains, and leaves the best epoch's parameters in the network. */
    void run(AttributionTrainer.Progress progress) {
        double best = -1;
        Map<String, Descent.ParameterState> kept = Map.of();
        for (int epoch = 1; epoch <= epochs; epoch++) {
            double sum = 0;
            for (int step = 0; step < stepsPerEpoch(); step++) {
                sum += step();
            }
            double accuracy = BalancedAccuracy.of(read(validation).logits(), validation.labels(), classes);
            progress.epoch(view, epoch, epochs, sum / stepsPerEpoch(), accuracy);
            if (accuracy >= best) {
                best = accuracy;
                kept = descent.state();
            }
        }
        descent.restore(kept);
    }

    View view() {
        return view;
    }

    /** What artifacts are multiplied by before the network. */
    float inputScale() {
        return scale;
    }

    BranchNetwork network() {
        return network;
    }

    private int stepsPerEpoch() {
        return Math.max(1, training.crops().rows() / BATCH);
    }

    private double step() {
        float[] labels = new float[BATCH];
        int length = Math.toIntExact(shape.size());
        float[] input = new float[BATCH * length];
        for (int i = 0; i < BATCH; i++) {
            int label = random.nextInt(classes);
            labels[i] = label;
            put(training.draw(cycles.get(label).next(), random), random.nextBoolean(), input, i * length);
        }
        // A patch of another picture keeps the traces of both; spectra and vectors have no patches.
        boolean patches = shape.dimension() == 3 && !view.space().equals(EmbeddingSpace.FREQ);
        Mixture mixture = patches ? Mixture.ofPatches(random, size) : Mixture.ofValues(random);
        mixture.mix(input, BATCH);
        try (NDManager batch = descent.batch()) {
            NDList inputs = new NDList(batch.create(input, new Shape(BATCH).addAll(shape)));
            NDList truth = new NDList(batch.create(labels));
            NDList partners = new NDList(batch.create(Mixture.reversed(labels)));
            return descent.step(batch, inputs, outputs -> {
                NDList logits = new NDList(outputs.get(0));
                NDArray own = loss.evaluate(truth, logits).mul(mixture.share());
                return own.add(loss.evaluate(partners, logits).mul(1 - mixture.share()));
            });
        }
    }

    private void put(float[] artifact, boolean mirrored, float[] input, int at) {
        for (int j = 0; j < artifact.length; j++) {
            int source = mirrored ? view.space().mirrored(j, size) : j;
            input[at + j] = artifact[source] * scale;
        }
    }

    /** Logits and features of images, by the network as it is. */
    Reading read(LabelledArtifacts images) {
        return read(images.artifacts()).pooled(images.crops());
    }

    private Reading read(List<float[]> artifacts) {
        float[][] logits = new float[artifacts.size()][];
        float[][] features = new float[artifacts.size()][];
        int length = Math.toIntExact(shape.size());
        for (int from = 0; from < logits.length; from += BATCH) {
            int count = Math.min(logits.length - from, BATCH);
            float[] input = new float[count * length];
            for (int i = 0; i < count; i++) {
                put(artifacts.get(from + i), false, input, i * length);
            }
            try (NDManager batch = descent.batch()) {
                NDList outputs =
                        descent.evaluate(batch, new NDList(batch.create(input, new Shape(count).addAll(shape))));
                rows(outputs.get(0), logits, from, count);
                rows(outputs.get(1), features, from, count);
            }
        }
        return new Reading(logits, features);
    }

    private static void rows(NDArray matrix, float[][] to, int from, int count) {
        float[] values = matrix.toFloatArray();
        int length = values.length / count;
        for (int i = 0; i < count; i++) {
            to[from + i] = Arrays.copyOfRange(values, i * length, (i + 1) * length);
        }
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
            int[] labels = training.labels();
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] == label) {
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
