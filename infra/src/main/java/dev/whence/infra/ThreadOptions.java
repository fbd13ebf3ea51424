package dev.whence.infra;

import java.util.Optional;
import picocli.CommandLine.Option;

/** How many threads to work with. */
final class ThreadOptions {
    @Option(names = "--threads", paramLabel = "N", description = "Threads to work with; all cores if not given.")
    private Optional<Integer> threads = Optional.empty();

    int count() {
        return Math.max(1, threads.orElseGet(Runtime.getRuntime()::availableProcessors));
    }
}
