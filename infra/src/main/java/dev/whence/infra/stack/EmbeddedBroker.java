package dev.whence.infra.stack;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka of one node, broker and controller in one, in this process and on loopback only. Its data outlive it, the
 * cluster's id with them.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final String NODE_ID = "1";

    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedBroker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts it on the data that are there, if any.
     *
     * @param port 0 takes a free one
     * @throws IllegalStateException if it does not start
     */
    public static EmbeddedBroker start(Path folder, int port) {
        try {
            int listener = port == 0 ? freePort() : checkedPort(port);
            Files.createDirectories(folder);
            if (!Files.exists(folder.resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME))) {
                format(folder);
            }
            KafkaRaftServer server =
                    new KafkaRaftServer(KafkaConfig.fromProps(properties(folder, listener, freePort())), Time.SYSTEM);
            server.startup();
            return new EmbeddedBroker(server, listener);
        } catch (IOException e) {
            throw new UncheckedIOException("Kafka cannot keep its data in %s: %s".formatted(folder, e.getMessage()), e);
        } catch (Exception e) { // Kafka's formatter declares no better
            throw new IllegalStateException("Kafka cannot start in %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    /** Its address for clients. */
    public String bootstrapServers() {
        return LOOPBACK + ":" + port;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path folder) throws Exception {
        String place = folder.toAbsolutePath().toString();
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(Integer.parseInt(NODE_ID))
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(place)
                .setDirectories(List.of(place))
                .run();
    }

    private static Properties properties(Path folder, int port, int controllerPort) {
        Properties properties = new Properties();
        properties.setProperty("process.roles", "broker,controller");
        properties.setProperty("node.id", NODE_ID);
        properties.setProperty("log.dirs", folder.toAbsolutePath().toString());
        properties.setProperty(
                "listeners", "PLAINTEXT://%1$s:%2$d,CONTROLLER://%1$s:%3$d".formatted(LOOPBACK, port, controllerPort));
        properties.setProperty("advertised.listeners", "PLAINTEXT://%s:%d".formatted(LOOPBACK, port));
        properties.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.setProperty("inter.broker.listener.name", "PLAINTEXT");
        properties.setProperty("controller.listener.names", "CONTROLLER");
        properties.setProperty("controller.quorum.voters", "%s@%s:%d".formatted(NODE_ID, LOOPBACK, controllerPort));
        properties.setProperty("auto.create.topics.enable", "false");
        // One node: one copy of everything, and few partitions where Kafka would make fifty.
        properties.setProperty("offsets.topic.replication.factor", "1");
        properties.setProperty("offsets.topic.num.partitions", "4");
        properties.setProperty("transaction.state.log.replication.factor", "1");
        properties.setProperty("transaction.state.log.min.isr", "1");
        properties.setProperty("transaction.state.log.num.partitions", "4");
        properties.setProperty("share.coordinator.state.topic.replication.factor", "1");
        properties.setProperty("share.coordinator.state.topic.min.isr", "1");
        properties.setProperty("share.coordinator.state.topic.num.partitions", "1");
        // After a kill the old registration must lapse before the new process may register.
        properties.setProperty("broker.session.timeout.ms", "6000");
        properties.setProperty("broker.heartbeat.interval.ms", "1000");
        properties.setProperty("initial.broker.registration.timeout.ms", "60000");
        // Transactions that timed out while it was away are left to the job, which commits them when it goes on.
        properties.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "600000");
        properties.setProperty("group.initial.rebalance.delay.ms", "0");
        properties.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
        return properties;
    }

    private static int checkedPort(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IOException("port %d is taken; name another one, or 0 for any".formatted(port), e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
