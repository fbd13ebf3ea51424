package dev.whence.attributor.training;

import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * How a batch is mixed with itself in reversed order: every item is a share of its own and the rest of its partner's.
 * Either every value is mixed (mixup, Zhang et al. 2018), or a square of the picture is the partner's (CutMix, Yun et al. 2019).
 *
 * @param share of its own, in [0, 1]; 1 leaves the batch as it is
 * @param patch the square that is the partner's; null: every value is mixed
 */
record Mixture(float share, @Nullable Patch patch) {
    /** Share of the batches that are mixed. */
    private static final double MIXED = 0.7;
    /** The share of values is distributed as Beta(a, a): small a, mostly near 0 or 1. */
    private static final double CONCENTRATION = 0.4;

    /** @param side of the picture; {@code edge} of the square, whose upper left corner is at {@code left}, {@code top} */
    record Patch(int side, int left, int top, int edge) {
        boolean holds(int component) {
            int x = component % side - left;
            int y = component / side % side - top;
            return x >= 0 && x < edge && y >= 0 && y < edge;
        }
    }

    static Mixture ofValues(Random random) {
        if (random.nextDouble() >= MIXED) {
            return new Mixture(1, null);
        }
        // Johnk's method: x / (x + y) is Beta distributed where x + y is at most 1.
        while (true) {
            double x = Math.pow(random.nextDouble(), 1 / CONCENTRATION);
            double y = Math.pow(random.nextDouble(), 1 / CONCENTRATION);
            if (x + y <= 1 && x + y > 0) {
                return new Mixture((float) (x / (x + y)), null);
            }
        }
    }

    /** @param side of the square pictures, in pixels */
    static Mixture ofPatches(Random random, int side) {
        if (random.nextDouble() >= MIXED) {
            return new Mixture(1, null);
        }
        int edge = (int) Math.round(side * Math.sqrt(random.nextDouble()));
        Patch patch = new Patch(side, random.nextInt(side - edge + 1), random.nextInt(side - edge + 1), edge);
        return new Mixture(1 - (float) (edge * edge) / (side * side), patch);
    }

    /** @param batch so many items, one after the other; changed in place */
    void mix(float[] batch, int items) {
        int length = batch.length / items;
        for (int i = 0; i < items / 2 && share < 1; i++) {
            int mine = i * length;
            int theirs = (items - 1 - i) * length;
            for (int j = 0; j < length; j++) {
                float own = patch == null ? share : patch.holds(j) ? 0 : 1;
                float a = batch[mine + j];
                float b = batch[theirs + j];
                batch[mine + j] = own * a + (1 - own) * b;
                batch[theirs + j] = own * b + (1 - own) * a;
            }
        }
    }

    static float[] reversed(float[] labels) {
        float[] reversed = new float[labels.length];
        for (int i = 0; i < labels.length; i++) {
            reversed[i] = labels[labels.length - 1 - i];
        }
        return reversed;
    }
}
