package dev.whence.attributor.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.tracker.Tracker;
import ai.djl.training.tracker.WarmUpTracker;
import ai.djl.util.Pair;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Gradient descent on a network, on DJL's PyTorch engine: AdamW, whose learning rate rises for a twentieth of the steps
 * and then falls along a cosine to a hundredth.
 */
final class Descent implements AutoCloseable {
    private final Block network;
    private final Model model;
    private final ResumableAdamW optimizer;
    private final Trainer trainer;

    /**
     * How to descend.
     *
     * @param learningRate the highest
     * @param steps from the first to the last; the learning rate depends on it
     * @param seed of the parameters to start from
     */
    record Settings(float learningRate, float weightDecay, int steps, long seed, int threads) {}

    /**
     * What a descent knows of one parameter.
     *
     * @param memory the optimiser's; empty where nothing was learned yet, or is not learned by gradients
     */
    record ParameterState(float[] values, Optional<ResumableAdamW.Memory> memory) {}

    /** @param inputs shapes of the network's inputs, batch first */
    Descent(Block network, Settings settings, Shape... inputs) {
        this.network = network;
        Engine.getEngine("PyTorch").setRandomSeed((int) settings.seed());
        // DJL's property for it is read when the engine loads, which may have been long ago.
        JniUtils.setNumThreads(settings.threads());
        model = Model.newInstance("descent", Device.cpu(), "PyTorch");
        model.setBlock(network);
        Tracker cosine = Tracker.cosine()
                .setBaseValue(settings.learningRate())
                .optFinalValue(settings.learningRate() / 100)
                .setMaxUpdates(settings.steps())
                .build();
        Tracker rate = Tracker.warmUp()
                .setMainTracker(cosine)
                .optWarmUpBeginValue(settings.learningRate() / 20)
                .optWarmUpSteps(Math.max(1, settings.steps() / 20))
                .optWarmUpMode(WarmUpTracker.Mode.LINEAR)
                .build();
        optimizer = new ResumableAdamW(model.getNDManager(), rate, settings.weightDecay());
        // The loss is the caller's; DJL wants one in its configuration.
        trainer = model.newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(optimizer));
        trainer.initialize(inputs);
    }

    /** A manager for one batch, to be closed after it. */
    NDManager batch() {
        return trainer.getManager().newSubManager();
    }

    /**
     * One step downhill.
     *
     * @param batch holds the outputs; from {@link #batch}
     * @param loss of the network's outputs, one number
     * @return that number
     * @throws ArithmeticException when it is none
     */
    double step(NDManager batch, NDList inputs, Function<NDList, NDArray> loss) {
        double value;
        try (GradientCollector gradients = trainer.newGradientCollector()) {
            NDList outputs = trainer.forward(inputs);
            outputs.attach(batch);
            NDArray total = loss.apply(outputs);
            gradients.backward(total);
            value = total.getFloat();
        }
        trainer.step();
        if (Double.isNaN(value)) {
            throw new ArithmeticException("The training diverged: its loss is not a number");
        }
        return value;
    }

    /** The network's outputs as it is used after training. */
    NDList evaluate(NDManager batch, NDList inputs) {
        NDList outputs = trainer.evaluate(inputs);
        outputs.attach(batch);
        return outputs;
    }

    /** Where the descent stands, by the parameters' names. */
    Map<String, ParameterState> state() {
        Map<String, ParameterState> state = new LinkedHashMap<>();
        for (Pair<String, Parameter> parameter : network.getParameters()) {
            state.put(
                    parameter.getKey(),
                    new ParameterState(
                            parameter.getValue().getArray().toFloatArray(),
                            optimizer.memory(parameter.getValue().getId())));
        }
        return state;
    }

    /** Goes back to where the descent stood. */
    void restore(Map<String, ParameterState> state) {
        for (Pair<String, Parameter> parameter : network.getParameters()) {
            ParameterState of = state.get(parameter.getKey());
            if (of == null) {
                throw new IllegalArgumentException(
                        "The state is that of another network: it lacks " + parameter.getKey());
            }
            NDArray values = parameter.getValue().getArray();
            values.set(of.values());
            String id = parameter.getValue().getId();
            of.memory().ifPresent(memory -> optimizer.remember(id, memory, values.getShape()));
        }
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}
