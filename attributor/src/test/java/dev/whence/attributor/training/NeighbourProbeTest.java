package dev.whence.attributor.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import dev.whence.attributor.training.NeighbourProbe.Labelled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NeighbourProbeTest {
    private static NDManager manager;

    @BeforeAll
    static void open() {
        manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    @Test
    void lengthDoesNotCountAndDirectionDoes() {
        Labelled known = new Labelled(List.of(new float[] {100, 1}, new float[] {0.1f, 5}), new int[] {0, 1});
        Labelled asked = new Labelled(
                List.of(new float[] {0.01f, 0}, new float[] {0, 900}, new float[] {3, 2}, new float[] {2, 3}),
                new int[] {0, 1, 0, 0});
        // All four see both known ones: the tie goes to the nearer, which is wrong for the last.
        assertThat(NeighbourProbe.accuracy(manager, known, asked)).isEqualTo(0.75);
    }

    @Test
    void onlyTheTwentyNearestVote() {
        List<float[]> known = new ArrayList<>();
        int[] labels = new int[60];
        for (int i = 0; i < 60; i++) {
            // 11 of class 0 are nearest, then 9 of class 1, then 40 more of class 1.
            known.add(new float[] {1, i * 0.01f});
            labels[i] = i < 11 ? 0 : 1;
        }
        Labelled asked = new Labelled(List.of(new float[] {1, 0}), new int[] {0});
        assertThat(NeighbourProbe.accuracy(manager, new Labelled(known, labels), asked))
                .isEqualTo(1);
        labels[10] = 1;
        labels[9] = 1;
        assertThat(NeighbourProbe.accuracy(manager, new Labelled(known, labels), asked))
                .isZero();
    }

    @Test
    void vectorsTooManyToHoldAtOnceAreTakenInBlocks() {
        // 1 << 18 components: 32 vectors a block, so that 70 known ones are three blocks.
        int dimension = 1 << 18;
        int[] labels = new int[70];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 2;
        }
        Random random = new Random(4);
        float[][] centres = {noise(dimension, random), noise(dimension, random)};
        Labelled vectors = new Labelled(labels, i -> {
            float[] vector = noise(dimension, new Random(i));
            for (int j = 0; j < dimension; j++) {
                vector[j] += centres[i % 2][j];
            }
            return vector;
        });
        assertThat(NeighbourProbe.accuracy(manager, vectors, vectors)).isCloseTo(1, within(1e-9));
    }

    private static float[] noise(int dimension, Random random) {
        float[] noise = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            noise[i] = random.nextFloat() - 0.5f;
        }
        return noise;
    }
}
