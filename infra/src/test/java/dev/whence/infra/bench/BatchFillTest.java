package dev.whence.infra.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.infra.bench.BatchFill.Bucket;
import dev.whence.stream.metrics.JobMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BatchFillTest {
    @Test
    void countsTheBatchesSinceThen() {
        JobMetrics metrics = JobMetrics.on(PrometheusRegistry.defaultRegistry);
        metrics.batch(64);
        BatchFill before = BatchFill.now();
        metrics.batch(1);
        metrics.batch(3);
        metrics.batch(64);
        BatchFill fill = BatchFill.now().since(before);
        assertThat(fill.batches()).isEqualTo(3);
        assertThat(fill.images()).isEqualTo(68);
        assertThat(fill.buckets().stream().filter(bucket -> bucket.batches() > 0))
                .containsExactly(new Bucket(1, 1), new Bucket(4, 1), new Bucket(64, 1));
    }

    @Test
    void addsUp() {
        BatchFill one = new BatchFill(List.of(new Bucket(1, 2), new Bucket(2, 0)), 2, 2);
        BatchFill other = new BatchFill(List.of(new Bucket(1, 1), new Bucket(2, 3)), 4, 7);
        assertThat(one.plus(other)).isEqualTo(new BatchFill(List.of(new Bucket(1, 3), new Bucket(2, 3)), 6, 9));
        assertThat(new BatchFill(List.of(), 0, 0).plus(other)).isEqualTo(other);
    }
}
