package dev.whence.infra;

import dev.whence.ingest.UnusableSourceException;
import dev.whence.vectorstore.ReferenceStoreException;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line: {@code whence COMMAND}. Exit codes: 0 done, 1 ran and failed, 2 wrong use. */
@Command(
        name = "whence",
        description = "Whence does every image come: a camera, a known generator, or one nobody has named yet?",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Whence.Version.class,
        usageHelpAutoWidth = true,
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:ran and failed", "2:wrong use"},
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            JobCommand.class,
            SwitchCommand.class,
            IngestCommand.class,
            ReferenceCommand.class,
            TrainCommand.class,
            StudyCommand.class,
            TrainEncoderCommand.class,
            AttributeCommand.class,
            EnrollCommand.class,
            EvaluateCommand.class,
            DoctorCommand.class,
            BenchCommand.class,
            WarmUpCommand.class,
            ConfigurationPage.class,
        })
public final class Whence implements Runnable {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show the log of all parts, and the stack trace of a failure.")
    private boolean verbose;

    public static void main(String[] arguments) {
        // DJL neither downloads nor reports its use.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        // A line looks the same on every machine.
        Locale.setDefault(Locale.ROOT);
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        Whence whence = new Whence();
        return new CommandLine(whence)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(whence::execute)
                .setParameterExceptionHandler(Whence::wrongUse)
                .setExecutionExceptionHandler(whence::failed);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }

    private int execute(ParseResult parsed) {
        if (verbose) {
            System.setProperty("whence.log", "info");
            System.setProperty("whence.stacktrace", "full");
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int wrongUse(ParameterException wrong, String[] arguments) {
        CommandLine commandLine = wrong.getCommandLine();
        commandLine.getErr().println("whence: " + wrong.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(wrong, commandLine.getErr())) {
            commandLine
                    .getErr()
                    .println("Try '" + commandLine.getCommandSpec().qualifiedName() + " --help' for how it is used.");
        }
        return 2;
    }

    private int failed(Exception failure, CommandLine commandLine, ParseResult parsed) {
        commandLine.getErr().println("whence: " + sentence(failure));
        if (verbose) {
            failure.printStackTrace(commandLine.getErr());
        }
        return failure instanceof UnusableSourceException ? 2 : 1;
    }

    private static String sentence(Exception failure) {
        String message = Optional.ofNullable(failure.getMessage()).orElse("");
        // Our modules say what is wrong with an argument in a sentence.
        return failure instanceof CommandFailedException
                        || failure instanceof IllegalArgumentException
                        || failure instanceof UnusableSourceException
                        || failure instanceof ReferenceStoreException
                ? message
                : "%s (%s); --verbose shows where."
                        .formatted(
                                message.isEmpty() ? "It failed without a word" : message,
                                failure.getClass().getSimpleName());
    }

    /** The version of this build, from the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Optional.ofNullable(Whence.class.getPackage().getImplementationVersion())
                    .orElse("(not packaged)");
            return new String[] {"whence " + version};
        }
    }
}
