package dev.whence.infra.bench;

import dev.whence.stream.metrics.Metric;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBucket;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Images of the job's micro-batches, by its own metric.
 *
 * @param images of all batches together
 */
record BatchFill(List<Bucket> buckets, long batches, long images) {

    /** @param atMost images of each of these batches; more than the bucket before; infinite in the last */
    record Bucket(double atMost, long batches) {}

    /** All batches of this process until now. */
    static BatchFill now() {
        List<Bucket> buckets = new ArrayList<>();
        long images = 0;
        for (HistogramDataPointSnapshot point : points().toList()) {
            for (ClassicHistogramBucket bucket : point.getClassicBuckets()) {
                buckets.add(new Bucket(bucket.getUpperBound(), bucket.getCount()));
            }
            images = Math.round(point.getSum());
        }
        buckets.sort(Comparator.comparingDouble(Bucket::atMost));
        return of(buckets, images);
    }

    private static Stream<HistogramDataPointSnapshot> points() {
        return PrometheusRegistry.defaultRegistry.scrape(Metric.BATCH_IMAGES.metricName()::equals).stream()
                .filter(HistogramSnapshot.class::isInstance)
                .flatMap(found -> ((HistogramSnapshot) found).getDataPoints().stream());
    }

    private static BatchFill of(List<Bucket> buckets, long images) {
        return new BatchFill(
                List.copyOf(buckets),
                buckets.stream().mapToLong(Bucket::batches).sum(),
                images);
    }

    /** What came after {@code before}. */
    BatchFill since(BatchFill before) {
        List<Bucket> fresh = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i++) {
            long old = i < before.buckets.size() ? before.buckets.get(i).batches() : 0;
            fresh.add(new Bucket(buckets.get(i).atMost(), buckets.get(i).batches() - old));
        }
        return of(fresh, images - before.images);
    }

    /** Both together; one of the two may be empty. */
    BatchFill plus(BatchFill other) {
        if (buckets.isEmpty()) {
            return other;
        }
        return since(new BatchFill(
                other.buckets.stream()
                        .map(bucket -> new Bucket(bucket.atMost(), -bucket.batches()))
                        .toList(),
                -other.batches,
                -other.images));
    }

    double meanImages() {
        return batches == 0 ? 0 : (double) images / batches;
    }
}
