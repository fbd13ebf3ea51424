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
public final class NeighbourProbe {
    public static final int NEIGHBOURS = 20;
    /** Values held at a time, of the known images and of the asked ones. */
    private static final int BLOCK_VALUES = 1 << 23;
    /** Vectors held at a time, whose cosines are held too. */
    private static final int MOST_ROWS = 1 << 12;

    private NeighbourProbe() {}

    /**
     * Vectors with their classes.
     *
     * @param vector of an image by its number
     */
    public record Labelled(int[] labels, IntFunction<float[]> vector) {
        public Labelled(List<float[]> vectors, int[] labels) {
            this(labels, vectors::get);
        }
    }

    static double accuracy(NDManager manager, Labelled known, Labelled asked) {
        int[][] neighbours = neighbours(manager, known, asked.labels().length, asked.vector());
        int right = 0;
        for (int i = 0; i < neighbours.length; i++) {
            right += NearestNeighbours.vote(neighbours[i]) == asked.labels()[i] ? 1 : 0;
        }
        return (double) right / neighbours.length;
    }

    /**
     * The classes of the nearest known vectors.
     *
     * @param asked vectors of the dimension of the known
     * @return {@code [asked][neighbour]}, nearest first; {@value #NEIGHBOURS} each, or all where fewer are known
     */
    public static int[][] neighbours(NDManager manager, Labelled known, List<float[]> asked) {
        return neighbours(manager, known, asked.size(), asked::get);
    }

    private static int[][] neighbours(NDManager manager, Labelled known, int count, IntFunction<float[]> asked) {
        int dimension = known.vector().apply(0).length;
        int block = Math.max(1, Math.min(MOST_ROWS, BLOCK_VALUES / dimension));
        int[][] neighbours = new int[count][];
        for (int from = 0; from < count; from += block) {
            int to = Math.min(count, from + block);
            Nearest[] nearest = new Nearest[to - from];
            for (int i = 0; i < nearest.length; i++) {
                nearest[i] = new Nearest(Math.min(NEIGHBOURS, known.labels().length));
            }
            for (int start = 0; start < known.labels().length; start += block) {
                int end = Math.min(known.labels().length, start + block);
                float[] cosines = cosines(manager, asked, from, to, known.vector(), start, end);
                int at = 0;
                for (Nearest found : nearest) {
                    for (int j = start; j < end; j++) {
                        found.offer(cosines[at++], known.labels()[j]);
                    }
                }
            }
            for (int i = 0; i < nearest.length; i++) {
                neighbours[from + i] = nearest[i].labels();
            }
        }
        return neighbours;
    }

    private static float[] cosines(
            NDManager manager,
            IntFunction<float[]> asked,
            int from,
            int to,
            IntFunction<float[]> known,
            int start,
            int end) {
        try (NDManager batch = manager.newSubManager()) {
            NDArray rows = unit(batch, asked, from, to);
            NDArray columns = unit(batch, known, start, end).transpose();
            return rows.matMul(columns).toFloatArray();
        }
    }

    private static NDArray unit(NDManager manager, IntFunction<float[]> vectors, int from, int to) {
        float[][] rows = new float[to - from][];
        for (int i = from; i < to; i++) {
            float[] vector = vectors.apply(i);
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

        int[] labels() {
            return Arrays.copyOf(labels, found);
        }
    }
}
