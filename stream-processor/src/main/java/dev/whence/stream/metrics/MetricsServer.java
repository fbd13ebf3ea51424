package dev.whence.stream.metrics;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The page /metrics of this process: what is on the default registry, and the JVM's own metrics. */
public final class MetricsServer implements AutoCloseable {
    private final HTTPServer server;

    private MetricsServer(HTTPServer server) {
        this.server = server;
    }

    /**
     * @param port 0 takes a free one
     * @throws UncheckedIOException if the port is taken
     */
    public static MetricsServer start(String host, int port) {
        JvmMetrics.builder().register();
        try {
            return new MetricsServer(HTTPServer.builder()
                    .hostname(host)
                    .port(port)
                    .registry(PrometheusRegistry.defaultRegistry)
                    .buildAndStart());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The metrics cannot be served on port %d: name another one, or 0 for any".formatted(port), e);
        }
    }

    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.close();
    }
}
