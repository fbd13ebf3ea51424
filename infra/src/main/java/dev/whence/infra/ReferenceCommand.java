package dev.whence.infra;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code whence reference}. */
@Command(
        name = "reference",
        description = "Work on reference collections: the real images that artifacts are measured against.",
        subcommands = {
            ReferenceBuildCommand.class,
            ReferenceCopyCommand.class,
            ReferenceWithdrawCommand.class,
            ReferenceCompactCommand.class
        })
final class ReferenceCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing after 'reference'.");
    }
}
