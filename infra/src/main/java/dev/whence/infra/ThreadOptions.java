package dev.whence.infra;

import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How many threads to work with. */
final class ThreadOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    private Optional<Integer> given = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", description = "Threads to work with; all cores if not given.")
    void threads(int threads) {
        if (threads < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--threads must be at least 1, and is %d".formatted(threads));
        }
        given = Optional.of(threads);
    }

    /** On this machine. */
    int count() {
        return given.orElseGet(Runtime.getRuntime()::availableProcessors);
    }

    /** Empty where the work is done on another machine, whose cores count. */
    Optional<Integer> given() {
        return given;
    }
}
