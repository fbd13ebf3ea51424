package dev.whence.vectorstore.milvus;

import dev.whence.vectorstore.ReferenceStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A real Milvus 2.3.5 for tests, from the PyPI wheel, in network and mount namespaces of its own: on the host nothing
 * listens but one port of 127.0.0.1. Any number of them run beside each other.
 *
 * <p>Needs Linux, Python 3 with pip, and the right to make namespaces (root, or user namespaces for everybody). Where
 * one of them is missing, or the wheel can't be had, {@link #start} skips the test and says why. How it works:
 * {@code milvus_server.py}, which dies with this JVM, and with which the kernel kills the server.
 */
public final class MilvusServer implements AutoCloseable {
    private static final Duration INSTALLING = Duration.ofMinutes(5);
    private static final Duration STARTING = Duration.ofMinutes(2);

    private final Path script;
    private final Path installed;
    private final Path data;
    private final int port;
    private @Nullable Process process;

    private MilvusServer(Path script, Path installed, Path data, int port) {
        this.script = script;
        this.installed = installed;
        this.data = data;
        this.port = port;
    }

    /** Starts a server on an empty folder of its own and waits until it answers; skips the test where none can run. */
    public static MilvusServer start() {
        try {
            Path data = Files.createTempDirectory("whence-milvus-");
            Path script = data.resolve("milvus_server.py");
            try (InputStream resource = MilvusServer.class.getResourceAsStream("milvus_server.py")) {
                Files.copy(Objects.requireNonNull(resource), script);
            }
            Path installed = Path.of(System.getProperty("user.home"), ".cache", "whence", "milvus-2.3.5");
            MilvusServer server = new MilvusServer(script, installed, data, freePort());
            String problem = server.install();
            if (problem == null) {
                problem = server.tryRestart();
            }
            if (problem != null) {
                server.close();
                System.out.println("Tests that need a Milvus server are skipped: " + problem);
            }
            Assumptions.assumeTrue(problem == null, problem);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@link MilvusSettings#of} takes. */
    public String uri() {
        return "http://127.0.0.1:" + port;
    }

    /** Kills the server in the middle of whatever it does. Its data stays. */
    public void kill() {
        Process running = process;
        process = null;
        if (running != null) {
            running.destroyForcibly();
            running.onExit().join();
        }
    }

    /** Starts the killed server again, at the same address and on the same data, and waits until it answers. */
    public void restart() {
        String problem = tryRestart();
        if (problem != null) {
            throw new IllegalStateException(problem);
        }
    }

    /** Kills the server and deletes its data. */
    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable String install() {
        Process pip = python("install", installed.toString());
        if (pip == null) {
            return "there is no python3 on the path";
        }
        try {
            if (!pip.waitFor(INSTALLING.toSeconds(), TimeUnit.SECONDS)) {
                pip.destroyForcibly();
                return "pip did not end within " + INSTALLING.toMinutes() + " minutes";
            }
        } catch (InterruptedException e) {
            pip.destroyForcibly();
            throw new IllegalStateException(e);
        }
        return pip.exitValue() == 0 ? null : saidBy(pip);
    }

    /** Null when the server answers. */
    private @Nullable String tryRestart() {
        Process started = python("run", installed.toString(), data.toString(), Integer.toString(port));
        if (started == null) {
            return "there is no python3 on the path";
        }
        process = started;
        long end = System.nanoTime() + STARTING.toNanos();
        while (started.isAlive() && System.nanoTime() < end) {
            if (answers()) {
                return null;
            }
        }
        if (started.isAlive()) {
            kill();
            return "the server did not answer within " + STARTING.toMinutes() + " minutes: " + data + "/milvus.log";
        }
        return "the server ended: " + saidBy(started);
    }

    private boolean answers() {
        MilvusSettings settings = MilvusSettings.of(uri());
        try (MilvusStore store = MilvusStore.connect(settings)) {
            return store.isHealthy();
        } catch (ReferenceStoreException e) {
            return false;
        }
    }

    private @Nullable Process python(String... arguments) {
        List<String> command = Stream.concat(Stream.of("python3", script.toString()), Stream.of(arguments))
                .toList();
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return null;
        }
    }

    private static String saidBy(Process ended) {
        try {
            return new String(ended.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
