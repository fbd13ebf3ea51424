package dev.whence.attributor.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Adam with decoupled weight decay (Loshchilov &amp; Hutter 2019), whose moments can be taken out and put back: those of
 * DJL's own optimisers are private, and without them a resumed training is another training.
 */
final class ResumableAdamW extends Optimizer {
    private static final float MEAN_DECAY = 0.9f;
    private static final float VARIANCE_DECAY = 0.999f;
    private static final float EPSILON = 1e-8f;

    private final NDManager manager;
    private final Tracker learningRate;
    private final Map<String, Moments> moments = new HashMap<>();

    /** @param manager holds the moments; lives as long as the training */
    ResumableAdamW(NDManager manager, Tracker learningRate, float weightDecay) {
        super(new Settings(weightDecay));
        this.manager = manager;
        this.learningRate = learningRate;
    }

    /**
     * What the optimiser remembers of one parameter.
     *
     * @param updates how often it was updated
     * @param mean running mean of its gradient
     * @param variance running mean of its gradient's square
     */
    record Memory(int updates, float[] mean, float[] variance) {}

    private static final class Moments {
        private int updates;
        private final NDArray mean;
        private final NDArray variance;

        Moments(NDArray mean, NDArray variance) {
            this.mean = mean;
            this.variance = variance;
        }
    }

    @Override
    public void update(String parameter, NDArray weight, NDArray gradient) {
        Moments of = moments.computeIfAbsent(
                parameter, p -> new Moments(manager.zeros(weight.getShape()), manager.zeros(weight.getShape())));
        of.updates++;
        float rate = learningRate.getNewValue(of.updates);
        // Both moments start at zero and are too small at first.
        double unbiased = Math.sqrt(1 - Math.pow(VARIANCE_DECAY, of.updates)) / (1 - Math.pow(MEAN_DECAY, of.updates));
        weight.getNDArrayInternal()
                .adamUpdate(
                        new NDList(weight, gradient, of.mean, of.variance),
                        new NDList(weight),
                        rate,
                        (float) (rate * unbiased),
                        getWeightDecay(),
                        rescaleGrad,
                        clipGrad,
                        MEAN_DECAY,
                        VARIANCE_DECAY,
                        EPSILON,
                        true,
                        true);
    }

    /** Empty for a parameter that was never updated. */
    Optional<Memory> memory(String parameter) {
        return Optional.ofNullable(moments.get(parameter))
                .map(m -> new Memory(m.updates, m.mean.toFloatArray(), m.variance.toFloatArray()));
    }

    /** @param shape of the parameter */
    void remember(String parameter, Memory memory, Shape shape) {
        Moments of = new Moments(manager.create(memory.mean(), shape), manager.create(memory.variance(), shape));
        of.updates = memory.updates();
        moments.put(parameter, of);
    }

    private static final class Settings extends OptimizerBuilder<Settings> {
        Settings(float weightDecay) {
            optWeightDecays(weightDecay);
        }

        @Override
        protected Settings self() {
            return this;
        }
    }
}
