package dev.whence.infra.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** CPU time of this process's Java threads, by what they are for. Threads of native libraries and of the JVM are not in it. */
final class ThreadTimes {
    /** What a thread is for, by the start of its name; the first that fits. */
    private static final Map<String, String> PURPOSES = new LinkedHashMap<>();

    static {
        PURPOSES.put("attribute-", "inference");
        PURPOSES.put("decode", "decoding");
        PURPOSES.put(StreamTrial.THREAD, "load generator");
        PURPOSES.put("kafka-producer-network-thread | bench-load", "load generator");
        PURPOSES.put("Source Data Fetcher", "source");
        PURPOSES.put("Source: ", "tasks");
        PURPOSES.put("attribution", "tasks");
        PURPOSES.put("kafka-producer-network-thread", "sinks");
        PURPOSES.put("data-plane-kafka", "broker");
        PURPOSES.put("flink", "Flink");
        PURPOSES.put("jobmanager", "Flink");
        PURPOSES.put("AsyncOperations", "Flink");
    }

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Map<Long, Long> nanosById = new HashMap<>();
    private final Map<Long, String> purposeById = new HashMap<>();

    private ThreadTimes() {}

    /** Of the threads that live now. */
    static ThreadTimes now() {
        ThreadTimes times = new ThreadTimes();
        long[] ids = THREADS.getAllThreadIds();
        long[] nanos = THREADS.getThreadCpuTime(ids);
        @Nullable ThreadInfo[] infos = THREADS.getThreadInfo(ids);
        for (int i = 0; i < ids.length; i++) {
            ThreadInfo info = infos[i];
            if (info != null && nanos[i] > 0) {
                times.nanosById.put(ids[i], nanos[i]);
                times.purposeById.put(
                        ids[i], ids[i] == Thread.currentThread().getId() ? "reader" : purpose(info.getThreadName()));
            }
        }
        return times;
    }

    private static String purpose(String name) {
        return PURPOSES.entrySet().stream()
                .filter(purpose -> name.startsWith(purpose.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("other");
    }

    /** CPU nanoseconds since {@code before}, by purpose. */
    Map<String, Long> since(ThreadTimes before) {
        Map<String, Long> nanos = new TreeMap<>();
        nanosById.forEach((id, now) -> nanos.merge(
                String.valueOf(purposeById.get(id)), now - before.nanosById.getOrDefault(id, 0L), Long::sum));
        return nanos;
    }
}
