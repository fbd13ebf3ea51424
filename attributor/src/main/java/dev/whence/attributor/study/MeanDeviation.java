package dev.whence.attributor.study;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A figure over several runs.
 *
 * @param deviation standard deviation of the runs (n - 1); NaN for one run
 */
record MeanDeviation(double mean, double deviation) {
    static <T> MeanDeviation of(List<T> runs, ToDoubleFunction<T> figure) {
        double[] values = runs.stream().mapToDouble(figure).toArray();
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return new MeanDeviation(mean, values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : Double.NaN);
    }
}
