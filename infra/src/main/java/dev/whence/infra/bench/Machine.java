package dev.whence.infra.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** What the figures were taken on. */
public record Machine(String processor, int cores, String system, String java) {
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    public static Machine here() {
        return new Machine(
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
    }

    public String line() {
        return "%s, %d cores, %s, %s".formatted(processor, cores, system, java);
    }

    /** CPU time of this process with its native threads. */
    static long processCpuNanos() {
        return SYSTEM.getProcessCpuTime();
    }

    /** How long the JVM has compiled, all its compiler threads together. */
    static long compilationMillis() {
        return ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
    }

    /** What a garbage collection, now, leaves in the heap. */
    static double liveHeapMebibytes() {
        System.gc();
        return (double) ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                        .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                        .sum()
                / (1 << 20);
    }

    /** @throws IllegalArgumentException when this machine has no such process or does not tell its CPU time */
    static long cpuNanos(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .map(Duration::toNanos)
                .orElseThrow(() -> new IllegalArgumentException(
                        "The CPU time of process %d cannot be read here: name the server's own process"
                                .formatted(pid)));
    }

    /** Only Linux tells it in a file; elsewhere the architecture has to do. */
    private static String processorName() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElseGet(() -> System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}
