package dev.whence.attributor.training;

import java.util.Random;

/**
 * How a batch is mixed with itself in reversed order: every value is a share of its own and the rest of its partner's
 * (mixup, Zhang et al. 2018).
 *
 * @param share in [0, 1]; 1 leaves the batch as it is
 */
record Mixture(float share) {
    /** Share of the batches that are mixed. */
    private static final double MIXED = 0.7;
    /** The share is distributed as Beta(a, a): small a, mostly near 0 or 1. */
    private static final double CONCENTRATION = 0.4;

    static Mixture draw(Random random) {
        if (random.nextDouble() >= MIXED) {
            return new Mixture(1);
        }
        // Johnk's method: x / (x + y) is Beta distributed where x + y is at most 1.
        while (true) {
            double x = Math.pow(random.nextDouble(), 1 / CONCENTRATION);
            double y = Math.pow(random.nextDouble(), 1 / CONCENTRATION);
            if (x + y <= 1 && x + y > 0) {
                return new Mixture((float) (x / (x + y)));
            }
        }
    }

    /** @param batch so many items, one after the other; changed in place */
    float[] of(float[] batch, int items) {
        if (share == 1) {
            return batch;
        }
        int length = batch.length / items;
        for (int i = 0; i < items / 2; i++) {
            int mine = i * length;
            int theirs = (items - 1 - i) * length;
            for (int j = 0; j < length; j++) {
                float a = batch[mine + j];
                float b = batch[theirs + j];
                batch[mine + j] = share * a + (1 - share) * b;
                batch[theirs + j] = share * b + (1 - share) * a;
            }
        }
        return batch;
    }

    static float[] reversed(float[] labels) {
        float[] reversed = new float[labels.length];
        for (int i = 0; i < labels.length; i++) {
            reversed[i] = labels[labels.length - 1 - i];
        }
        return reversed;
    }
}
