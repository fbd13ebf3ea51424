package dev.whence.attributor.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AxisTest {
    @Test
    void ticksAreRoundNumbersAroundTheValues() {
        assertThat(labels(0.62, 0.8, 0.97)).containsExactly("0.6", "0.7", "0.8", "0.9", "1.0");
        assertThat(labels(30, 95)).containsExactly("20", "40", "60", "80", "100");
        assertThat(labels(-1.5, 3.9)).containsExactly("-2", "-1", "0", "1", "2", "3", "4");
        assertThat(labels(0.011, 0.029)).containsExactly("0.010", "0.015", "0.020", "0.025", "0.030");
        assertThat(labels(0, 12_000)).containsExactly("0", "2,000", "4,000", "6,000", "8,000", "10,000", "12,000");
    }

    @Test
    void aMultipleOfTheStepAddsNoTickBeyondItself() {
        assertThat(labels(0, 0.1 + 0.2)).containsExactly("0.00", "0.05", "0.10", "0.15", "0.20", "0.25", "0.30");
    }

    @Test
    void oneValueIsInTheMiddleAndNoneLeavesAnEmptyAxis() {
        assertThat(labels(8, 8)).containsExactly("4", "6", "8", "10", "12");
        assertThat(labels(0)).contains("-1.0", "0.0", "1.0");
        assertThat(labels(Double.NaN, Double.POSITIVE_INFINITY))
                .startsWith("0.0")
                .endsWith("1.0");
    }

    @Test
    void sharesRunFromTheFirstTickToTheLast() {
        Axis axis = Axis.of(DoubleStream.of(30, 95));
        assertThat(List.of(axis.share(20), axis.share(40), axis.share(100))).containsExactly(0.0, 0.25, 1.0);
    }

    private static List<String> labels(double... values) {
        Axis axis = Axis.of(DoubleStream.of(values));
        return LongStream.rangeClosed(axis.first(), axis.last())
                .mapToObj(axis::label)
                .toList();
    }
}
