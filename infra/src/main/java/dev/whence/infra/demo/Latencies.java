package dev.whence.infra.demo;

import java.util.Arrays;

/** Latencies in milliseconds, asked for quantiles. */
final class Latencies {
    private long[] millis = new long[1024];
    private int count;

    void add(long latencyMillis) {
        if (count == millis.length) {
            millis = Arrays.copyOf(millis, count * 2);
        }
        millis[count++] = latencyMillis;
    }

    /**
     * The smallest latency that at least this share of all does not exceed (nearest rank); 0 when there is none.
     *
     * @param share in (0, 1]
     */
    long quantile(double share) {
        if (count == 0) {
            return 0;
        }
        long[] sorted = Arrays.copyOf(millis, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(share * count) - 1];
    }
}
