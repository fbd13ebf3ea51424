package dev.whence.infra;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What the launcher runs once to record the classes that a start needs (class-data sharing). */
@Command(name = "warm-up", hidden = true, description = "Loads the classes that a start needs.")
final class WarmUpCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        printHelp(Whence.commandLine());
        return 0;
    }

    private static void printHelp(CommandLine commandLine) {
        commandLine.usage(new PrintWriter(new StringWriter()));
        commandLine.getSubcommands().values().forEach(WarmUpCommand::printHelp);
    }
}
