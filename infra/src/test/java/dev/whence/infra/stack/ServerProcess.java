package dev.whence.infra.stack;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServer;

/** A server on loopback in a process of its own, which can be killed and started again on the same data and the same port. */
final class ServerProcess implements AutoCloseable {
    private final String name;
    private final String heap;
    private final Class<?> main;
    private final Path data;
    private final int port;
    private JavaProcess process;

    private ServerProcess(String name, String heap, Class<?> main, Path data) throws IOException {
        this.name = name;
        this.heap = heap;
        this.main = main;
        this.data = Files.createDirectories(data);
        port = FreePort.any();
        process = launch();
    }

    /** Returns before it answers. */
    static ServerProcess startKafka(Path data) throws IOException {
        return new ServerProcess("kafka", "-Xmx256m", Kafka.class, data);
    }

    /** Returns before it answers. */
    static ServerProcess startZooKeeper(Path data) throws IOException {
        return new ServerProcess("zookeeper", "-Xmx128m", ZooKeeper.class, data);
    }

    private JavaProcess launch() throws IOException {
        return JavaProcess.start(
                "%s-%d".formatted(name, System.currentTimeMillis()),
                List.of(heap),
                main.getName(),
                List.of(data.toString(), Integer.toString(port)));
    }

    /** host:port, as clients of the server take it. */
    String address() {
        return "127.0.0.1:" + port;
    }

    long pid() {
        return process.pid();
    }

    /** As {@code kill -9}. */
    void kill() throws InterruptedException {
        process.kill();
    }

    /** On the same data and port. Returns before it answers. */
    void startAgain() throws IOException {
        process = launch();
    }

    @Override
    public void close() {
        process.close();
    }

    static final class Kafka {
        private Kafka() {}

        /** Kafka's own threads keep the process alive. */
        public static void main(String[] arguments) {
            EmbeddedBroker.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        }
    }

    /** The server is the one that Flink's shaded client brings; started this way it has no admin server. */
    static final class ZooKeeper {
        /** A session lapses after two of these at least. */
        private static final int TICK_MILLIS = 1000;

        private static final int MOST_CLIENTS = 60;

        private ZooKeeper() {}

        /** ZooKeeper's own threads keep the process alive. */
        public static void main(String[] arguments) throws Exception {
            File data = new File(arguments[0]);
            NIOServerCnxnFactory connections = new NIOServerCnxnFactory();
            connections.configure(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1])),
                    MOST_CLIENTS);
            connections.startup(new ZooKeeperServer(data, data, TICK_MILLIS));
        }
    }
}
