package dev.whence.attributor.study;

import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * An axis from the first to the last of its ticks, which are multiples of 1, 2 or 5 times a power of ten and enclose the values.
 *
 * @param first multiple of the step
 * @param last multiple of the step
 */
record Axis(double step, long first, long last) {
    /** So many steps the values would have if steps could be of any size; the next round size is taken. */
    private static final int STEPS = 6;

    /** Forgives what division by the step adds to a value that is a multiple of it. */
    private static final double SLACK = 1e-6;

    /** The axis of the finite values; from 0 to 1 without any. */
    static Axis of(DoubleStream values) {
        double[] finite = values.filter(Double::isFinite).sorted().toArray();
        double min = finite.length == 0 ? 0 : finite[0];
        double max = finite.length == 0 ? 1 : finite[finite.length - 1];
        if (max - min <= Math.abs(max) * SLACK) {
            double around = min == 0 ? 1 : Math.abs(min) / 2;
            min -= around;
            max += around;
        }
        double step = round((max - min) / STEPS);
        return new Axis(step, (long) Math.floor(min / step + SLACK), (long) Math.ceil(max / step - SLACK));
    }

    private static double round(double size) {
        double power = Math.pow(10, Math.floor(Math.log10(size)));
        for (int factor : new int[] {1, 2, 5}) {
            if (size <= factor * power * (1 + SLACK)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** Where on the axis a value is: 0 at the first tick, 1 at the last. */
    double share(double value) {
        return (value / step - first) / (last - first);
    }

    double tick(long multiple) {
        return multiple * step;
    }

    /** A tick with as many digits after the point as the step has. */
    String label(long multiple) {
        int digits = Math.max(0, (int) -Math.floor(Math.log10(step) + SLACK));
        return String.format(Locale.ROOT, "%,." + digits + "f", tick(multiple));
    }
}
