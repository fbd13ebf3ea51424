package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A Flink cluster without high availability: one JobManager and TaskManagers of one slot, each a process on loopback. */
final class FlinkCluster implements AutoCloseable {
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    private static final int METRICS_PORTS = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    private final int restPort = FreePort.any();
    /** The first of those that its processes serve metrics on. */
    private final int metricsPort = FreePort.any();

    private final Deque<JavaProcess> taskManagers = new ArrayDeque<>();
    private JavaProcess jobManager;
    private int started;

    private FlinkCluster(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.yaml"), """
                jobmanager.rpc.address: 127.0.0.1
                jobmanager.rpc.port: %d
                jobmanager.bind-host: 127.0.0.1
                rest.address: 127.0.0.1
                rest.bind-address: 127.0.0.1
                rest.port: %d
                taskmanager.host: 127.0.0.1
                taskmanager.bind-host: 127.0.0.1
                taskmanager.numberOfTaskSlots: 1
                taskmanager.cpu.cores: 1
                taskmanager.memory.framework.heap.size: 128m
                taskmanager.memory.framework.off-heap.size: 64m
                taskmanager.memory.jvm-metaspace.size: 192m
                taskmanager.memory.jvm-overhead.min: 64m
                taskmanager.memory.jvm-overhead.max: 64m
                taskmanager.memory.task.heap.size: 256m
                taskmanager.memory.task.off-heap.size: 64m
                taskmanager.memory.managed.size: 16m
                taskmanager.memory.network.min: 32m
                taskmanager.memory.network.max: 32m
                heartbeat.interval: 1000
                heartbeat.timeout: 8000
                metrics.reporters: whence
                metrics.reporter.whence.factory.class: dev.whence.stream.metrics.FlinkMetrics
                metrics.reporter.whence.port: %d-%d
                io.tmp.dirs: %s
                """.formatted(
                        FreePort.any(), restPort, metricsPort, metricsPort + METRICS_PORTS - 1, folder));
        jobManager = jobManager();
    }

    static FlinkCluster start(Path folder, int taskManagers) throws Exception {
        FlinkCluster cluster = new FlinkCluster(folder);
        try {
            for (int i = 0; i < taskManagers; i++) {
                cluster.startTaskManager();
            }
            cluster.awaitSlots();
            return cluster;
        } catch (Exception | AssertionError e) {
            cluster.close();
            throw e;
        }
    }

    String restAddress() {
        return "127.0.0.1:" + restPort;
    }

    /** Its TaskManagers stay, and find the new one. Returns when they have. */
    void killJobManagerAndStartAgain() throws Exception {
        jobManager.kill();
        jobManager = jobManager();
        awaitSlots();
    }

    /** Every process is killed and a new one started. Returns when they have found each other. */
    void startAllAgain() throws Exception {
        close();
        int count = taskManagers.size();
        taskManagers.clear();
        jobManager = jobManager();
        for (int i = 0; i < count; i++) {
            startTaskManager();
        }
        awaitSlots();
    }

    void killTaskManager() throws InterruptedException {
        taskManagers.removeFirst().kill();
    }

    void startTaskManager() throws IOException {
        taskManagers.addLast(start("taskmanager", "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"));
    }

    private JavaProcess jobManager() throws IOException {
        return start("jobmanager", "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint");
    }

    private JavaProcess start(String name, String mainClass) throws IOException {
        started++;
        return JavaProcess.start(
                "%s-%d-%d".formatted(name, System.currentTimeMillis(), started),
                List.of("-Xmx512m", "--add-opens=java.base/java.util=ALL-UNNAMED"),
                mainClass,
                List.of("--configDir", folder.toString()));
    }

    /** Waits until every TaskManager has told the JobManager of its slot. */
    private void awaitSlots() throws Exception {
        await("/overview", overview -> overview.path("slots-total").asInt() == taskManagers.size());
    }

    /** The page of metrics of each process that serves one. */
    List<String> metrics() throws InterruptedException {
        List<String> pages = new ArrayList<>();
        for (int port = metricsPort; port < metricsPort + METRICS_PORTS; port++) {
            try {
                pages.add(http.send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/metrics".formatted(port)))
                                        .timeout(Duration.ofSeconds(5))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body());
            } catch (IOException e) {
                // Nobody is there.
            }
        }
        return pages;
    }

    /** Waits until every subtask of the job runs. */
    void awaitRunning(String job) throws Exception {
        await("/jobs/" + job, FlinkCluster::isRunning);
    }

    /** Waits until a TaskManager has this text in its log. */
    void awaitLogged(String text) throws Exception {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (!hasLogged(text)) {
            assertThat(System.nanoTime()).as("TaskManager's log: %s", text).isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    private boolean hasLogged(String text) throws IOException {
        for (JavaProcess taskManager : taskManagers) {
            if (taskManager.hasLogged(text)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isRunning(JsonNode job) {
        return job.path("state").asText().equals("RUNNING")
                && job.path("vertices").findValuesAsText("status").stream().allMatch("RUNNING"::equals);
    }

    /** How often the job failed and was started again by itself. */
    int failures(String job) throws Exception {
        return get("/jobs/%s/exceptions".formatted(job))
                .path("exceptionHistory")
                .path("entries")
                .size();
    }

    /** Why the job ended for good; empty while it runs or starts again, and while no JobManager answers. */
    Optional<Throwable> failure(String job) {
        try {
            if (!get("/jobs/" + job).path("state").asText().equals("FAILED")) {
                return Optional.empty();
            }
            JsonNode cause = get("/jobs/%s/exceptions".formatted(job))
                    .path("exceptionHistory")
                    .path("entries")
                    .path(0)
                    .path("stacktrace");
            return Optional.of(new IllegalStateException(cause.asText()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(e);
        }
    }

    /** Stops the job; where it left its savepoint. */
    String stopWithSavepoint(String job, Path into) throws Exception {
        String location = awaitMade(job, "stop", "savepoints", "{\"targetDirectory\":\"%s\"}".formatted(into.toUri()));
        await("/jobs/" + job, answer -> answer.path("state").asText().equals("FINISHED"));
        return location;
    }

    /** Makes a savepoint, after which the job goes on; where it is. Flink commits nothing of it. */
    String savepoint(String job, Path into) throws Exception {
        return awaitMade(
                job,
                "savepoints",
                "savepoints",
                "{\"target-directory\":\"%s\",\"cancel-job\":false}".formatted(into.toUri()));
    }

    /** Makes a checkpoint. Flink then commits what was written before it. */
    void checkpoint(String job) throws Exception {
        JsonNode made = awaitDone(job, "checkpoints", "checkpoints", "{\"checkpointType\":\"FULL\"}");
        assertThat(made.path("operation").has("failureCause")).as("%s", made).isFalse();
    }

    private String awaitMade(String job, String trigger, String result, String how) throws Exception {
        JsonNode made = awaitDone(job, trigger, result, how);
        String location = made.path("operation").path("location").asText();
        assertThat(location).as("savepoint: %s", made).isNotEmpty();
        return location;
    }

    private JsonNode awaitDone(String job, String trigger, String result, String how) throws Exception {
        HttpResponse<String> triggered = http.send(
                HttpRequest.newBuilder(uri("/jobs/%s/%s".formatted(job, trigger)))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(how))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return await(
                "/jobs/%s/%s/%s"
                        .formatted(
                                job,
                                result,
                                JSON.readTree(triggered.body())
                                        .path("request-id")
                                        .asText()),
                answer -> answer.path("status").path("id").asText().equals("COMPLETED"));
    }

    private JsonNode await(String path, Predicate<JsonNode> enough) throws Exception {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        JsonNode answer = get(path);
        while (!enough.test(answer)) {
            assertThat(jobManager.isAlive() && taskManagers.stream().allMatch(JavaProcess::isAlive))
                    .as("all processes of the cluster live (logs: target/processes)")
                    .isTrue();
            assertThat(System.nanoTime()).as("%s: %s", path, answer).isLessThan(deadline);
            Thread.sleep(50);
            answer = get(path);
        }
        return answer;
    }

    private URI uri(String path) {
        return URI.create("http://" + restAddress() + path);
    }

    /** Nothing where nobody answers. */
    private JsonNode get(String path) throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(5)).build();
        try {
            return JSON.readTree(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            return JSON.missingNode();
        }
    }

    @Override
    public void close() {
        for (JavaProcess taskManager : taskManagers) {
            taskManager.close();
        }
        jobManager.close();
    }
}
