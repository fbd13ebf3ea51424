package dev.whence.infra.stack;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A stack in a process of its own, so that it can be killed. It goes when its standard input ends. */
final class StackProcess implements AutoCloseable {
    private static final String RUNNING = "running on ";

    private final Process process;
    private final String bootstrapServers;

    private StackProcess(Process process, String bootstrapServers) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    static StackProcess start(Path data) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StackProcess.class.getName(),
                        data.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(RUNNING)) {
                return new StackProcess(process, line.substring(RUNNING.length()));
            }
        }
        process.destroyForcibly();
        throw new IllegalStateException("The stack's process ended before the stack ran");
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws Exception {
        try (LocalStack stack = Stacks.start(Path.of(arguments[0]), Duration.ofMillis(2))) {
            stack.awaitRunning();
            System.out.println(RUNNING + stack.bootstrapServers());
            while (System.in.read() >= 0) {}
        }
    }
}
