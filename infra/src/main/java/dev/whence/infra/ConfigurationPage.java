package dev.whence.infra;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Spec;

/** Writes docs/configuration.md from the commands themselves, so that the page cannot lie. */
@Command(name = "configuration-page", hidden = true, description = "Prints docs/configuration.md.")
final class ConfigurationPage implements Callable<Integer> {
    private static final Pattern DEFAULT = Pattern.compile(" \\(default: ([^)]*)\\)");

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().getOut().print(markdown());
        spec.commandLine().getOut().flush();
        return 0;
    }

    static String markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("""
                # Configuration

                Every command with its options. Made by `./whence configuration-page > docs/configuration.md`; a test fails
                when this page and the commands differ.

                Every command also takes `--help`, `--version` and `--verbose` (the log of all parts, and the stack trace of a
                failure). Exit codes: 0 done, 1 ran and failed, 2 wrong use.

                | environment variable | what it does |
                |---|---|
                | `WHENCE_MILVUS_TOKEN` | Access token of the Milvus server, `USER:PASSWORD` or a key; never stored, never logged. |
                | `WHENCE_DATA` | Folder of the local stack's data, unless `--data` names one. |
                | `JAVA_HOME` | The JDK that the launcher uses, 17 or newer; else the `java` on the `PATH`. |
                | `WHENCE_JAVA_OPTIONS` | More options for the JVM, after the launcher's own: `-Xmx4g`, for example. |
                """);
        add(Whence.commandLine(), lines);
        return String.join("\n", lines) + "\n";
    }

    private static void add(CommandLine commandLine, List<String> lines) {
        CommandSpec command = commandLine.getCommandSpec();
        if (command.usageMessage().hidden()) {
            return;
        }
        if (command.parent() != null && commandLine.getSubcommands().isEmpty()) {
            lines.add("## `%s`".formatted(command.qualifiedName()));
            lines.add("");
            lines.add(String.join(" ", command.usageMessage().description()).replace("%%", "%"));
            lines.add("");
            lines.add("| option | value | default | what it does |");
            lines.add("|---|---|---|---|");
            command.positionalParameters().forEach(parameter -> lines.add(row(parameter)));
            command.options().stream()
                    .filter(option ->
                            !option.hidden() && !option.inherited() && !option.usageHelp() && !option.versionHelp())
                    .forEach(option -> lines.add(row(option)));
            lines.add("");
        }
        commandLine.getSubcommands().values().forEach(subcommand -> add(subcommand, lines));
    }

    private static String row(PositionalParamSpec parameter) {
        return row("", parameter);
    }

    private static String row(OptionSpec option) {
        return row("`%s`".formatted(option.longestName()), option);
    }

    private static String row(String name, ArgSpec argument) {
        String description = String.join(" ", argument.description()).replace("%%", "%");
        Matcher told = DEFAULT.matcher(description);
        boolean hasDefault = told.find();
        return "| %s | %s | %s | %s |"
                .formatted(
                        name,
                        argument.arity().max() > 0 ? "`%s`".formatted(argument.paramLabel()) : "",
                        argument.required() && !inOptionalGroup(argument)
                                ? "required"
                                : hasDefault ? told.group(1) : "",
                        told.replaceFirst(""));
    }

    private static boolean inOptionalGroup(ArgSpec argument) {
        return argument.group() != null && argument.group().multiplicity().min() == 0;
    }
}
