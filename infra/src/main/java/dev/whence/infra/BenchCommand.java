package dev.whence.infra;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code whence bench}. */
@Command(
        name = "bench",
        description = "Measure how fast this machine is.",
        subcommands = {BenchStreamCommand.class, BenchSearchCommand.class})
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing after 'bench'.");
    }
}
