package dev.whence.attributor.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.whence.attributor.evaluation.NearestNeighbours;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * How much of the classes a space shows: the share of images whose class is that of most of their {@value #NEIGHBOURS}
 * nearest neighbours by cosine, among images of known class. Cosines are matrix products: pixels have thousands of
 * components, and one query after the other takes minutes.
 */
final class NeighbourProbe {
    static final int NEIGHBOURS = 20;
    /** Values held at a time, of the known images and of the asked ones. */
    private static final int BLOCK_VALUES = 1 << 23;

    private NeighbourProbe() {}

    /**
     * Vectors with their classes.
     *
     * @param vector of an image by its number
     */
    record Labelled(int[] labels, IntFunction<float[]> vector) {
        Labelled(List<float[]> vectors, int[] labels) {
            this(labels, vectors::get);
        }
    }

    static double accuracy(NDManager manager, Labelled known, Labelled asked) {
        int dimension = known.vector().apply(0).length;
        int block = Math.max(1, BLOCK_VALUES / dimension);
        int right = 0;
        for (int from = 0; from < asked.labels().length; from += block) {
            int to = Math.min(asked.labels().length, from + block);
            Nearest[] nearest = new Nearest[to - from];
            for (int i = 0; i < nearest.length; i++) {
                nearest[i] = new Nearest(Math.min(NEIGHBOURS, known.labels().length));
            }
            for (int start = 0; start < known.labels().length; start += block) {
                int end = Math.min(known.labels().length, start + block);
                float[] cosines = cosines(manager, asked, from, to, known, start, end);
                for (int i = 0; i < cosines.length; i++) {
                    nearest[i / (end - start)].offer(cosines[i], known.labels()[start + i % (end - start)]);
                }
            }
            for (int i = 0; i < nearest.length; i++) {
                right += nearest[i].winner() == asked.labels()[from + i] ? 1 : 0;
            }
        }
        return (double) right / asked.labels().length;
    }

    private static float[] cosines(
            NDManager manager, Labelled asked, int from, int to, Labelled known, int start, int end) {
        try (NDManager batch = manager.newSubManager()) {
            NDArray rows = unit(batch, asked, from, to);
            NDArray columns = unit(batch, known, start, end).transpose();
            return rows.matMul(columns).toFloatArray();
        }
    }

    private static NDArray unit(NDManager manager, Labelled vectors, int from, int to) {
        float[][] rows = new float[to - from][];
        for (int i = from; i < to; i++) {
            float[] vector = vectors.vector().apply(i);
            double squares = 0;
            for (float v : vector) {
                squares += (double) v * v;
            }
            float scale = (float) (1 / Math.sqrt(Math.max(squares, Float.MIN_NORMAL)));
            rows[i - from] = new float[vector.length];
            for (int j = 0; j < vector.length; j++) {
                rows[i - from][j] = vector[j] * scale;
            }
        }
        return manager.create(rows);
    }

    /** The labels of the nearest so far, nearest first. */
    private static final class Nearest {
        private final float[] cosines;
        private final int[] labels;
        private int found;

        Nearest(int most) {
            cosines = new float[most];
            labels = new int[most];
        }

        void offer(float cosine, int label) {
            if (found == cosines.length && cosine <= cosines[found - 1]) {
                return;
            }
            int at = found == cosines.length ? found - 1 : found++;
            while (at > 0 && cosines[at - 1] < cosine) {
                cosines[at] = cosines[at - 1];
                labels[at] = labels[at - 1];
                at--;
            }
            cosines[at] = cosine;
            labels[at] = label;
        }

        int winner() {
            return NearestNeighbours.vote(Arrays.copyOf(labels, found));
        }
    }
}
