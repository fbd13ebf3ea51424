package dev.whence.infra.bench;

import dev.whence.infra.bench.LoadGenerator.Lateness;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.HdrHistogram.Histogram;

/**
 * What became of one load, all of whose images came back.
 *
 * @param repeated answers to images that had been answered
 * @param seconds from the start of the load to the last answer
 * @param cpuNanos of the whole process: broker, job, load generator and reader
 * @param latencies in nanoseconds, one for each phase of the schedule
 * @param backlogNanos see {@link Backlog#goneAfterNanos}
 * @param batches of the job, if it makes any
 * @param threadNanos CPU time of Java threads by what they are for
 */
record StreamRun(
        LoadSchedule schedule,
        long repeated,
        double seconds,
        long cpuNanos,
        Lateness lateness,
        List<Histogram> latencies,
        OptionalLong backlogNanos,
        BatchFill batches,
        Map<String, Long> threadNanos) {

    double imagesPerSecond() {
        return schedule.images() / seconds;
    }

    double cpuMillisPerImage() {
        return cpuNanos / 1e6 / schedule.images();
    }
}
