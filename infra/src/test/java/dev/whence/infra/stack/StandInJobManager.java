package dev.whence.infra.stack;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collections;

/** What the REST interface of a JobManager says of one job that fails again and again, without a cluster behind it. */
final class StandInJobManager implements AutoCloseable {
    static final String JOB = "0123456789abcdef0123456789abcdef";

    private static final String ABOUT = "/v1/jobs/" + JOB;

    private final HttpServer server;
    private volatile boolean cancelled;

    /** @param statusOnceCancelled what the job's status is, however long ago it was cancelled */
    StandInJobManager(int failures, String statusOnceCancelled) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(ABOUT, this::detailsOrCancellation);
        server.createContext(
                ABOUT + "/exceptions",
                exchange ->
                        answer(exchange, 200, """
                {"exceptionHistory": {"truncated": false, "entries": [%s]}}
                """.formatted(String.join(", ", Collections.nCopies(failures, """
                {"exceptionName": "E", "stacktrace": "java.lang.IllegalArgumentException: no model here", "timestamp": 0,
                 "failureLabels": {}, "concurrentExceptions": []}
                """)))));
        server.createContext(
                ABOUT + "/status",
                exchange -> answer(
                        exchange,
                        200,
                        "{\"status\": \"%s\"}".formatted(cancelled ? statusOnceCancelled : "RESTARTING")));
        server.start();
    }

    private void detailsOrCancellation(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("PATCH")) {
            cancelled = true;
            answer(exchange, 202, "{}");
        } else {
            answer(exchange, 200, """
                    {"jid": "%s", "name": "n", "isStoppable": false, "state": "RESTARTING", "job-type": "STREAMING",
                     "start-time": 0, "end-time": -1, "duration": 1, "maxParallelism": -1, "now": 1, "timestamps": {},
                     "vertices": [], "status-counts": {}, "pending-operators": 0,
                     "plan": {"jid": "%s", "name": "n", "type": "STREAMING", "nodes": []}}
                    """.formatted(JOB, JOB));
        }
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** host:port */
    String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
