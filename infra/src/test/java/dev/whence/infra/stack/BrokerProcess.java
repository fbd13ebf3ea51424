package dev.whence.infra.stack;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Kafka in a process of its own, which can be killed and started again on the same data and the same port. */
final class BrokerProcess implements AutoCloseable {
    private final Path data;
    private final int port;
    private JavaProcess process;

    private BrokerProcess(Path data, int port) throws IOException {
        this.data = data;
        this.port = port;
        process = launch(data, port);
    }

    /** Returns before it answers. */
    static BrokerProcess start(Path data) throws IOException {
        return new BrokerProcess(data, FreePort.any());
    }

    private static JavaProcess launch(Path data, int port) throws IOException {
        return JavaProcess.start(
                "kafka-%d".formatted(System.currentTimeMillis()),
                List.of("-Xmx256m"),
                BrokerProcess.class.getName(),
                List.of(data.toString(), Integer.toString(port)));
    }

    String bootstrapServers() {
        return "127.0.0.1:" + port;
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

    /** Kafka's own threads keep the process alive. */
    public static void main(String[] arguments) {
        EmbeddedBroker.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    }
}
