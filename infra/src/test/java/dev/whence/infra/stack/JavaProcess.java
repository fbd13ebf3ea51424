package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A JVM of its own on the jars that the build made; it can be killed, and goes when the one that started it goes. */
final class JavaProcess implements AutoCloseable {
    static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private static final Path JAR = Path.of("target/whence.jar");
    private static final Path LOGS = Path.of("target/processes");

    private final Process process;
    private final Path log;

    private JavaProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** @param name of its log, target/processes/NAME.log */
    static JavaProcess start(String name, List<String> options, String mainClass, List<String> arguments)
            throws IOException {
        assertThat(JAR).as("jar of the build ('mvn package' makes it)").isRegularFile();
        List<String> command = new ArrayList<>();
        command.add(JAVA);
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(
                "-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true", "-Dwhence.log=info", "-Dwhence.stacktrace=full"));
        command.addAll(options);
        command.addAll(List.of("-cp", JAR + ":target/test-classes", JavaProcess.class.getName(), mainClass));
        command.addAll(arguments);
        Files.createDirectories(LOGS);
        Path log = LOGS.resolve(name + ".log");
        return new JavaProcess(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start(),
                log);
    }

    /** Whether its log has this text. */
    boolean hasLogged(String text) throws IOException {
        return lastLogged(text) >= 0;
    }

    /** Where its log has this text for the last time; negative if it has not. */
    int lastLogged(String text) throws IOException {
        return Files.readString(log).lastIndexOf(text);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** As {@code kill -9}. */
    void kill() throws InterruptedException {
        assertThat(process.isAlive()).as("alive until it is killed").isTrue();
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    /** Runs the main method of the class that the first argument names, until standard input ends. */
    public static void main(String[] arguments) throws Exception {
        Thread lifeline = new Thread(JavaProcess::haltWhenInputEnds, "lifeline");
        lifeline.setDaemon(true);
        lifeline.start();
        Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object)
                Arrays.copyOfRange(arguments, 1, arguments.length));
    }

    private static void haltWhenInputEnds() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            // Nobody is there any more.
        }
        Runtime.getRuntime().halt(1);
    }
}
