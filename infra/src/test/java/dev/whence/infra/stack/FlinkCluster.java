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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A Flink cluster of processes on loopback: TaskManagers of one slot, and one JobManager, or with ZooKeeper two, of which one
 * leads and the other stands by.
 */
final class FlinkCluster implements AutoCloseable {
    static final int TASK_MANAGERS_PROCESSORS = 1;

    private static final Set<String> ENDED = Set.of("FINISHED", "CANCELED", "FAILED");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    /** Of its JobManagers; one that is started anew takes the place of one that is gone. */
    private final List<Integer> restPorts;

    private final Deque<JavaProcess> taskManagers = new ArrayDeque<>();
    /** By their REST ports; the one that was started last is the last. */
    private final Map<Integer, JavaProcess> jobManagers = new LinkedHashMap<>();

    /** Where each process serves its metrics, also those that are gone. */
    private final Map<JavaProcess, Integer> metricsPorts = new HashMap<>();

    /** Where it was last; another thread asks for it. */
    private volatile String restAddress = "";

    private int started;

    private FlinkCluster(Path folder, Optional<ServerProcess> zooKeeper) throws IOException {
        this.folder = folder;
        restPorts = zooKeeper.isPresent() ? List.of(FreePort.any(), FreePort.any()) : List.of(FreePort.any());
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("config.yaml"),
                """
                jobmanager.rpc.address: 127.0.0.1
                jobmanager.rpc.port: %d
                jobmanager.bind-host: 127.0.0.1
                rest.address: 127.0.0.1
                rest.bind-address: 127.0.0.1
                web.refresh-interval: 50
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
                classloader.resolve-order: parent-first
                heartbeat.timeout: 8000
                metrics.reporters: whence
                metrics.reporter.whence.factory.class: dev.whence.stream.metrics.FlinkMetrics
                traces.reporters: whence
                traces.reporter.whence.factory.class: dev.whence.stream.metrics.CheckpointTimes
                io.tmp.dirs: %s
                """.formatted(FreePort.any(), folder)
                        + zooKeeper.map(this::highAvailability).orElse(""));
    }

    private String highAvailability(ServerProcess zooKeeper) {
        return """
                high-availability.type: zookeeper
                high-availability.zookeeper.quorum: %s
                high-availability.storageDir: %s
                high-availability.zookeeper.client.session-timeout: 8s
                """.formatted(
                        zooKeeper.address(), folder.resolve("high-availability").toUri());
    }

    /** @param zooKeeper if it is to be highly available */
    static FlinkCluster start(Path folder, int taskManagers, Optional<ServerProcess> zooKeeper) throws Exception {
        FlinkCluster cluster = new FlinkCluster(folder, zooKeeper);
        try {
            cluster.startMissingJobManagers();
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

    /** Folder of its config.yaml. */
    Path configuration() {
        return folder;
    }

    /** Of the JobManager that was started last; one that stands by answers for the one that leads. */
    String restAddress() {
        return restAddress;
    }

    private void jobManagersChanged() {
        for (int restPort : jobManagers.keySet()) {
            restAddress = "127.0.0.1:" + restPort;
        }
    }

    /** Its TaskManagers stay, and find the new one. Returns when they have. */
    void killJobManagerAndStartAgain() throws Exception {
        killLeader();
        startMissingJobManagers();
        awaitSlots();
    }

    /** The JobManager that leads. */
    void killLeader() throws Exception {
        kill(jobManagers(true).get(0));
    }

    /** The JobManagers that do not lead. */
    void killStandbys() throws Exception {
        for (int restPort : jobManagers(false)) {
            kill(restPort);
        }
    }

    private void kill(int restPort) throws InterruptedException {
        Optional.ofNullable(jobManagers.remove(restPort)).orElseThrow().kill();
        jobManagersChanged();
    }

    /** REST ports of the JobManagers that lead, or of those that do not. */
    private List<Integer> jobManagers(boolean leading) throws IOException {
        List<Integer> found = new ArrayList<>();
        for (Map.Entry<Integer, JavaProcess> jobManager : jobManagers.entrySet()) {
            if (leads(jobManager.getValue()) == leading) {
                found.add(jobManager.getKey());
            }
        }
        return found;
    }

    private static boolean leads(JavaProcess jobManager) throws IOException {
        return jobManager.lastLogged("DefaultDispatcherRunner was granted leadership")
                > jobManager.lastLogged("DefaultDispatcherRunner was revoked the leadership");
    }

    /** Starts the JobManagers that are missing; returns when the one that was started last answers. */
    void awaitStandby() throws Exception {
        startMissingJobManagers();
        awaitSlots();
    }

    private void startMissingJobManagers() throws IOException {
        while (jobManagers.size() < restPorts.size()) {
            startJobManager();
        }
    }

    /** Every process is killed and a new one started. Returns when they have found each other. */
    void startAllAgain() throws Exception {
        close();
        int count = taskManagers.size();
        taskManagers.clear();
        jobManagers.clear();
        startMissingJobManagers();
        for (int i = 0; i < count; i++) {
            startTaskManager();
        }
        awaitSlots();
    }

    void killTaskManager() throws InterruptedException {
        taskManagers.removeFirst().kill();
    }

    /** With the configuration of one that was killed. */
    void startJobManager() throws IOException {
        int restPort = restPorts.stream()
                .filter(port -> !jobManagers.containsKey(port))
                .findFirst()
                .orElseThrow();
        jobManagers.put(
                restPort,
                start(
                        "jobmanager",
                        List.of(),
                        "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                        "-D",
                        "rest.port=" + restPort));
        jobManagersChanged();
    }

    void startTaskManager() throws IOException {
        taskManagers.addLast(start(
                "taskmanager",
                List.of("-XX:ActiveProcessorCount=" + TASK_MANAGERS_PROCESSORS),
                "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"));
    }

    private JavaProcess start(String name, List<String> moreOptions, String mainClass, String... moreArguments)
            throws IOException {
        started++;
        List<String> options = new ArrayList<>(List.of("-Xmx512m", "--add-opens=java.base/java.util=ALL-UNNAMED"));
        options.addAll(moreOptions);
        int metricsPort = FreePort.any();
        List<String> arguments = new ArrayList<>(
                List.of("--configDir", folder.toString(), "-D", "metrics.reporter.whence.port=" + metricsPort));
        arguments.addAll(List.of(moreArguments));
        JavaProcess process = JavaProcess.start(
                "%s-%d-%d".formatted(name, System.currentTimeMillis(), started), options, mainClass, arguments);
        metricsPorts.put(process, metricsPort);
        return process;
    }

    /** All its processes that live. */
    private Stream<JavaProcess> processes() {
        return Stream.concat(jobManagers.values().stream(), taskManagers.stream());
    }

    List<Long> pids() {
        return processes().map(JavaProcess::pid).toList();
    }

    /** Waits until every TaskManager has told the JobManager of its slot. */
    void awaitSlots() throws Exception {
        await("/overview", overview -> overview.path("slots-total").asInt() == taskManagers.size());
    }

    /** The page of metrics of each process that lives; empty where one does not answer. */
    Optional<List<String>> metrics() throws InterruptedException {
        List<String> pages = new ArrayList<>();
        for (JavaProcess process : processes().toList()) {
            URI page = URI.create("http://127.0.0.1:%d/metrics".formatted(metricsPorts.get(process)));
            try {
                pages.add(http.send(
                                HttpRequest.newBuilder(page)
                                        .timeout(Duration.ofSeconds(5))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body());
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return Optional.of(pages);
    }

    /** Waits until every subtask of the job runs. */
    void awaitRunning(String job) throws Exception {
        await("/jobs/" + job, FlinkCluster::isRunning);
    }

    /** Waits until one of its processes that live has this text in its log. */
    void awaitLogged(String text) throws Exception {
        Await.until("a log with: " + text, () -> hasLogged(text));
    }

    private boolean hasLogged(String text) throws IOException {
        for (JavaProcess process : processes().toList()) {
            if (process.hasLogged(text)) {
                return true;
            }
        }
        return false;
    }

    /** Of the job, in words. */
    String state(String job) {
        try {
            JsonNode answer = get("/jobs/" + job);
            String state = answer.path("state").asText();
            if (state.isEmpty()) {
                return "no JobManager knows the job";
            }
            return state.equals("RUNNING") && !isRunning(answer) ? "job RUNNING, not all subtasks" : "job " + state;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "nobody asks any more";
        }
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

    /** Ends when the job has; what it needs to go on, its checkpoints, stays. */
    void cancel(String job) throws Exception {
        http.send(
                HttpRequest.newBuilder(uri("/jobs/" + job))
                        .method("PATCH", HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        await("/jobs/" + job, answer -> answer.path("state").asText().equals("CANCELED"));
    }

    /** Jobs that run or are about to. */
    List<String> liveJobs() throws Exception {
        JsonNode jobs = await("/jobs", answer -> answer.has("jobs")).path("jobs");
        return StreamSupport.stream(jobs.spliterator(), false)
                .filter(job -> !ENDED.contains(job.path("status").asText()))
                .map(job -> job.path("id").asText())
                .toList();
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
        return Await.value(
                path,
                () -> {
                    JsonNode answer = get(path);
                    if (enough.test(answer)) {
                        return Optional.of(answer);
                    }
                    assertThat(processes().allMatch(JavaProcess::isAlive))
                            .as("all processes of the cluster live (logs: target/processes)")
                            .isTrue();
                    return Optional.empty();
                },
                () -> get(path));
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
        processes().forEach(JavaProcess::close);
    }
}
