package dev.whence.infra;

import dev.whence.infra.demo.Demo;
import dev.whence.infra.demo.DemoPack;
import dev.whence.infra.stack.LocalStack;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the launcher runs once after a build, to record the classes that a start needs (class-data sharing). */
@Command(name = "warm-up", hidden = true, description = "Loads the classes that a start needs.")
final class WarmUpCommand implements Callable<Integer> {
    private static final int IMAGES = 20;
    private static final double RATE = 100;

    @Option(
            names = "--pack",
            hidden = true,
            paramLabel = "DIR",
            defaultValue = "${sys:whence.root:-.}/infra/demo",
            description = "Folder with the pack and the model.")
    private Path packFolder;

    @Override
    public Integer call() throws Exception {
        printHelp(Whence.commandLine());
        DemoPack pack = new DemoPack(packFolder);
        if (pack.exists()) {
            Path folder = Files.createTempDirectory("whence-warm-up");
            Demo demo = new Demo(pack, folder, System.out, false);
            try (LocalStack stack = demo.start()) {
                demo.stream(stack, IMAGES, RATE, () -> false);
            } finally {
                TemporaryFolder.delete(folder);
            }
        }
        return 0;
    }

    private static void printHelp(CommandLine commandLine) {
        commandLine.usage(new PrintWriter(new StringWriter()));
        commandLine.getSubcommands().values().forEach(WarmUpCommand::printHelp);
    }
}
