package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.infra.JobCommand;
import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.ProvenanceEvent;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka, a JobManager and TaskManagers as processes, and on them one attribution job at a time, started by {@code whence
 * job} with the demo's model. Something happens mid-stream, and who reads what was committed must find each image once; the
 * log says how long it took. {@link LedgerTest} shows the check can fail. The processes' logs are in target/processes.
 */
final class FireDrill implements AutoCloseable {
    static final int TASK_MANAGERS = 2;

    private static final Logger LOG = LoggerFactory.getLogger(FireDrill.class);
    private static final String JAR = "target/whence.jar";
    private static final String CHECKPOINTS = "data/checkpoints";
    private static final int BURST = 300;
    private static final long FIRST_SEED_OF_BURSTS = 500_000;
    private static final long FIRST_SEED_OF_OTHERS = 1_000_000;
    private static final long NANOS_BETWEEN_UPLOADS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long NANOS_BETWEEN_OTHERS = TimeUnit.MILLISECONDS.toNanos(100);

    final ServerProcess broker;
    final FlinkCluster cluster;
    final Uploader uploader;
    private final Path folder;
    private volatile String job = "none";
    private long markers;
    private long bursts;
    private long others;

    private FireDrill(Path folder, ServerProcess broker, FlinkCluster cluster) {
        this.folder = folder;
        this.broker = broker;
        this.cluster = cluster;
        uploader = new Uploader(broker.address());
    }

    /** Broker and cluster, empty, and the demo's reference on disk; a job there is not yet. */
    static FireDrill start(Path folder) throws Exception {
        return start(folder, Optional.empty());
    }

    private static FireDrill start(Path folder, Optional<ServerProcess> zooKeeper) throws Exception {
        DemoImages.buildReference(folder.resolve("reference"), new ReferenceStore.Embedded());
        ServerProcess broker = ServerProcess.startKafka(folder.resolve("kafka"));
        try {
            return new FireDrill(folder, broker, FlinkCluster.start(folder.resolve("flink"), TASK_MANAGERS, zooKeeper));
        } catch (Exception | AssertionError e) {
            broker.close();
            throw e;
        }
    }

    /** Broker, cluster, reference, and the job. */
    static FireDrill startWithJob(Path folder) throws Exception {
        return startWithJob(folder, Optional.empty());
    }

    /** @param zooKeeper with it the cluster is highly available */
    static FireDrill startWithJob(Path folder, Optional<ServerProcess> zooKeeper) throws Exception {
        FireDrill drill = start(folder, zooKeeper);
        try {
            drill.startJob(Map.of());
            return drill;
        } catch (Exception | AssertionError e) {
            drill.close();
            throw e;
        }
    }

    @Override
    public void close() {
        uploader.close();
        cluster.close();
        broker.close();
    }

    /** Starts the job; the others of its options are the same every time. What it said it goes on from. */
    Optional<String> startJob(Map<String, String> options) throws Exception {
        return said("goes on from ", startAndTell(options));
    }

    /** Starts the job without a checkpoint. The newest one, which it said it passes over. */
    Optional<String> startJobSince(Instant instant) throws Exception {
        String output = startAndTell(Map.of("--since", instant.toString()));
        assertThat(said("goes on from ", output)).isEmpty();
        return said("passes over ", output);
    }

    /** Starts it by Flink's command line, as a program; it does not wait until it runs. */
    void startJobByFlink() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                JavaProcess.JAVA,
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "-cp",
                JAR,
                "org.apache.flink.client.cli.CliFrontend",
                "run",
                "-m",
                cluster.restAddress(),
                "-d",
                "-c",
                JobCommand.class.getName(),
                JAR));
        List<String> options = jobCommand(Map.of());
        command.addAll(options.subList(options.indexOf("--bootstrap-servers"), options.size()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("FLINK_CONF_DIR", cluster.configuration().toString());
        Matcher started = Pattern.compile("Job has been submitted with JobID (\\p{XDigit}+)")
                .matcher(output(builder.redirectError(ProcessBuilder.Redirect.INHERIT), 0));
        assertThat(started.find()).as("%s", started).isTrue();
        job = started.group(1);
    }

    private String startAndTell(Map<String, String> options) throws Exception {
        return remember(whence(jobCommand(options)));
    }

    /** Starts a job that ends by itself, which the command sees where that comes before it runs. */
    void startJobThatEnds(Map<String, String> options) throws Exception {
        remember(whence(jobCommand(options), ProcessBuilder.Redirect.INHERIT, 0, 1));
    }

    private String remember(String output) {
        assertThat(output).contains("job ");
        job = output.substring(output.lastIndexOf(' ')).strip();
        return output;
    }

    private static Optional<String> said(String what, String output) {
        return output.lines()
                .filter(line -> line.startsWith(what))
                .map(line -> line.substring(what.length()))
                .findFirst();
    }

    /** Starts a job that cannot run. What is said of it, all of it. */
    String startJobInVain(Map<String, String> options) throws Exception {
        return whence(jobCommand(options), ProcessBuilder.Redirect.PIPE, 1);
    }

    private List<String> jobCommand(Map<String, String> options) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("--flink", cluster.restAddress());
        all.put("--bootstrap-servers", broker.address());
        all.put("--data", folder.resolve("data").toString());
        all.put("--checkpoints", folder.resolve(CHECKPOINTS).toString());
        all.put("--model", DemoImages.MODEL.toString());
        all.put("--reference", reference().toString());
        all.putAll(options);
        List<String> command = new ArrayList<>(List.of("job"));
        all.forEach((name, value) -> command.addAll(List.of(name, value)));
        return command;
    }

    /** The reference that the job is started with. */
    Path reference() {
        return folder.resolve("reference");
    }

    /** Tells the job to go on with another model and reference. */
    void changeModel(Path model, Path reference) throws Exception {
        assertThat(whence(List.of(
                        "switch",
                        "--bootstrap-servers",
                        broker.address(),
                        "--model",
                        model.toString(),
                        "--reference",
                        reference.toString())))
                .contains("is told to go on with");
    }

    private static String whence(List<String> arguments) throws Exception {
        return whence(arguments, ProcessBuilder.Redirect.INHERIT, 0);
    }

    private static String whence(List<String> arguments, ProcessBuilder.Redirect errors, Integer... exitCodes)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(JavaProcess.JAVA, "-jar", JAR));
        command.addAll(arguments);
        return output(
                new ProcessBuilder(command)
                        .redirectErrorStream(errors.equals(ProcessBuilder.Redirect.PIPE))
                        .redirectError(errors),
                exitCodes);
    }

    private static String output(ProcessBuilder builder, Integer... exitCodes) throws Exception {
        Process process = builder.start();
        try (BufferedReader out = process.inputReader()) {
            String output = out.lines().collect(Collectors.joining("\n"));
            assertThat(process.waitFor())
                    .as("exit code of %s: %s", builder.command(), output)
                    .isIn((Object[]) exitCodes);
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Folder of the checkpoints, as the job says it. */
    String checkpoints() {
        return folder.resolve(CHECKPOINTS).toUri().toString();
    }

    void awaitRunning() throws Exception {
        cluster.awaitRunning(job);
    }

    void cancelJob() throws Exception {
        cluster.cancel(job);
    }

    /** How often the job failed and started again by itself. */
    int failures() throws Exception {
        return cluster.failures(job);
    }

    /** Waits until the job has failed and started again that often. */
    void awaitFailures(int count) throws Exception {
        Await.until("failures: " + count, () -> failures() >= count, this::failures);
    }

    /** Waits until the pages of metrics, one of each process, are as they should be. */
    List<String> awaitMetrics(Predicate<List<String>> enough) throws Exception {
        return Await.value("metrics as they should be", () -> cluster.metrics().filter(enough), cluster::metrics);
    }

    /** Waits until each TaskManager attributes with the model of this version. */
    void awaitModel(String version) throws Exception {
        awaitMetrics(pages -> pages.stream()
                        .filter(page -> page.contains("version=\"" + version + "\""))
                        .count()
                == TASK_MANAGERS);
    }

    /** The value of a metric, of all its labels and all processes together. */
    double metric(String name) throws Exception {
        Pattern line = Pattern.compile("^%s(?:\\{[^}]*})? (\\S+)$".formatted(name), Pattern.MULTILINE);
        return awaitMetrics(pages -> true).stream()
                .flatMap(page -> line.matcher(page).results())
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .sum();
    }

    /** Waits until the job has ended by itself; why. */
    String awaitFailure() throws Exception {
        Throwable failure = Await.value("the job has failed", () -> cluster.failure(job), () -> cluster.state(job));
        return String.valueOf(failure.getMessage());
    }

    /** Makes a checkpoint, which commits what was written before it. */
    void checkpoint() throws Exception {
        cluster.checkpoint(job);
    }

    /** Makes a savepoint, which commits nothing; where it is. The job goes on. */
    String savepoint() throws Exception {
        return cluster.savepoint(job, folder.resolve("savepoints"));
    }

    /** Stops the job; where it left its savepoint. */
    String stopJob() throws Exception {
        return cluster.stopWithSavepoint(job, folder.resolve("savepoints"));
    }

    /** Stops the job and goes on from its savepoint with these options. */
    void goOnWith(Map<String, String> options) throws Exception {
        String savepoint = stopJob();
        Map<String, String> all = new LinkedHashMap<>(options);
        all.put("--restore", savepoint);
        assertThat(startJob(all)).contains(savepoint);
        awaitRunning();
    }

    OutcomeReader reader() {
        return new OutcomeReader(broker.address(), () -> cluster.failure(job));
    }

    /** The ids of all events there are. */
    List<String> imagesThatCameOut() {
        try (OutcomeReader reader = reader()) {
            reader.readToTheEnd();
            return reader.events.stream().map(ProvenanceEvent::getImageId).toList();
        }
    }

    /** One image to every partition that was never there before. */
    List<String> markers() {
        markers++;
        return uploader.markers(markers);
    }

    /**
     * Uploads the images one by one, every tenth of which is none, and others after them until it has recovered from the fire. That
     * starts when some have come out and a burst of {@value #BURST} is on its way. Ends when all came out, each once.
     *
     * @return all that was uploaded
     */
    List<byte[]> eachImageComesOutOnce(String what, List<byte[]> images, Fire fire) throws Exception {
        List<byte[]> burst = Images.noise(BURST, FIRST_SEED_OF_BURSTS + bursts++);
        AtomicBoolean recovered = new AtomicBoolean();
        try (OutcomeReader reader = reader()) {
            CompletableFuture<List<byte[]>> upload =
                    CompletableFuture.supplyAsync(() -> uploadSlowly(images, recovered::get));
            try {
                reader.readUntilAllOf(Images.ids(images.subList(0, images.size() / 6)));
                uploader.images(burst);
                reader.readUntilAnyOf(Images.ids(burst));
                LOG.info("{}: {}", what, recoversFrom(fire, reader));
            } finally {
                recovered.set(true);
            }
            int failures = failures();

            List<byte[]> uploaded = upload.get(1, TimeUnit.MINUTES);
            uploaded.addAll(burst);
            List<String> ids = Images.ids(uploaded);
            reader.readUntilAllOf(ids);
            reader.readUntilAllOf(markers());
            LOG.info("{}: images {}, failures of the job {}", what, ids.size(), failures());
            assertThat(reader.repeated()).isEmpty();
            assertThat(lettersOf(ids, reader))
                    .hasSize(images.size() / 10)
                    .allSatisfy(letter -> assertThat(letter.getCode()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT.name()));
            assertThat(failures()).as("failures after the recovery").isEqualTo(failures);
            return uploaded;
        }
    }

    /** What happened, in order. */
    private String recoversFrom(Fire fire, OutcomeReader reader) throws Exception {
        try (Recovery recovery = new Recovery(() -> cluster.state(job))) {
            fire.start();
            recovery.note("the last thing was done");
            List<String> afterwards = markers();
            reader.readUntilAnyOf(afterwards);
            recovery.note("the first image uploaded afterwards came out");
            reader.readUntilAllOf(afterwards);
            recovery.note("one of each partition came out");
            return recovery.toString();
        }
    }

    private static List<DeadLetter> lettersOf(List<String> ids, OutcomeReader reader) {
        return reader.letters.values().stream()
                .filter(letter -> ids.contains(String.valueOf(letter.getImageId())))
                .toList();
    }

    /** @return the images, and those that came after them */
    private List<byte[]> uploadSlowly(List<byte[]> images, BooleanSupplier enough) {
        List<byte[]> uploaded = new ArrayList<>(images);
        for (byte[] image : images) {
            uploader.images(List.of(image));
            LockSupport.parkNanos(NANOS_BETWEEN_UPLOADS);
        }
        while (!enough.getAsBoolean()) {
            List<byte[]> other = Images.noise(1, FIRST_SEED_OF_OTHERS + others++);
            uploader.images(other);
            uploaded.addAll(other);
            LockSupport.parkNanos(NANOS_BETWEEN_OTHERS);
        }
        return uploaded;
    }

    /** What happens mid-stream, all of it: when it returns nothing else is done to help. */
    interface Fire {
        void start() throws Exception;
    }
}
