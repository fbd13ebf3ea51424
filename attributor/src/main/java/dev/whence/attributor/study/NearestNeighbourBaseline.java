package dev.whence.attributor.study;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.whence.attributor.training.NeighbourProbe;
import dev.whence.attributor.training.NeighbourProbe.Labelled;
import java.util.Arrays;
import java.util.List;

/**
 * The classes of the {@value NeighbourProbe#NEIGHBOURS} nearest training vectors by cosine, each vote divided by the number of training
 * vectors of its class: large classes have more neighbours everywhere. The features of the method are the vectors themselves.
 */
final class NearestNeighbourBaseline {
    private final Labelled training;
    private final int[] sizes;

    /**
     * @param vectors {@code [image][dimension]}, not copied; where there are fewer than {@value NeighbourProbe#NEIGHBOURS}, all vote
     * @param labels class of each, from 0, every class with a vector
     */
    public NearestNeighbourBaseline(float[][] vectors, int[] labels) {
        this.sizes = ClassSizes.of(labels, vectors.length);
        this.training = new Labelled(List.of(vectors), labels);
    }

    /**
     * Shares of the votes.
     *
     * @param vectors {@code [image][dimension]}
     * @return {@code [image][class]}, each row summing to 1: probabilities under equal shares of the classes
     */
    public float[][] scores(float[][] vectors) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            return Arrays.stream(NeighbourProbe.neighbours(manager, training, List.of(vectors)))
                    .map(this::votes)
                    .toArray(float[][]::new);
        }
    }

    private float[] votes(int[] neighbours) {
        double[] votes = new double[sizes.length];
        double sum = 0;
        for (int label : neighbours) {
            votes[label] += 1.0 / sizes[label];
            sum += 1.0 / sizes[label];
        }
        float[] shares = new float[votes.length];
        for (int c = 0; c < shares.length; c++) {
            shares[c] = (float) (votes[c] / sum);
        }
        return shares;
    }
}
