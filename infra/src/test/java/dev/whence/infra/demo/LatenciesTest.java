package dev.whence.infra.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LatenciesTest {
    @Test
    void quantilesAreThoseOfTheNearestRank() {
        Latencies latencies = new Latencies();
        LongStream.rangeClosed(1, 2000).map(rank -> 2001 - rank).forEach(latencies::add);
        assertThat(latencies.quantile(0.5)).isEqualTo(1000);
        assertThat(latencies.quantile(0.99)).isEqualTo(1980);
        assertThat(latencies.quantile(1)).isEqualTo(2000);
    }

    @Test
    void withoutAnyLatencyAQuantileIsZero() {
        assertThat(new Latencies().quantile(0.5)).isZero();
    }
}
