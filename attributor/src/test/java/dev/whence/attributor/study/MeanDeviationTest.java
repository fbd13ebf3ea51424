package dev.whence.attributor.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class MeanDeviationTest {
    @Test
    void theDeviationIsThatOfASample() {
        // 2, 4, 9: mean 5, squares 9 + 1 + 16 = 26, over 2.
        MeanDeviation of = MeanDeviation.of(List.of(2.0, 4.0, 9.0), value -> value);
        assertThat(of.mean()).isEqualTo(5);
        assertThat(of.deviation()).isCloseTo(Math.sqrt(13), within(1e-12));
    }

    @Test
    void oneRunHasNoDeviation() {
        assertThat(MeanDeviation.of(List.of(2.0), value -> value).deviation()).isNaN();
    }
}
