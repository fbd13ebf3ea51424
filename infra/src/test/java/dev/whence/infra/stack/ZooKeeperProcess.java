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

/**
 * ZooKeeper on loopback in a process of its own, which can be killed and started again on the same data and the same port.
 * The server is the one that Flink's shaded client brings; started this way it has no admin server.
 */
final class ZooKeeperProcess implements AutoCloseable {
    /** A session lapses after two of these at least. */
    private static final int TICK_MILLIS = 1000;

    private static final int MOST_CLIENTS = 60;

    private final Path data;
    private final int port;
    private JavaProcess process;

    private ZooKeeperProcess(Path data, int port) throws IOException {
        this.data = data;
        this.port = port;
        process = launch(data, port);
    }

    /** Returns before it answers. */
    static ZooKeeperProcess start(Path data) throws IOException {
        return new ZooKeeperProcess(Files.createDirectories(data), FreePort.any());
    }

    private static JavaProcess launch(Path data, int port) throws IOException {
        return JavaProcess.start(
                "zookeeper-%d".formatted(System.currentTimeMillis()),
                List.of("-Xmx128m"),
                ZooKeeperProcess.class.getName(),
                List.of(data.toString(), Integer.toString(port)));
    }

    /** host:port */
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
        process = launch(data, port);
    }

    @Override
    public void close() {
        process.close();
    }

    /** ZooKeeper's own threads keep the process alive. */
    public static void main(String[] arguments) throws Exception {
        File data = new File(arguments[0]);
        NIOServerCnxnFactory connections = new NIOServerCnxnFactory();
        connections.configure(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1])), MOST_CLIENTS);
        connections.startup(new ZooKeeperServer(data, data, TICK_MILLIS));
    }
}
