package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.schemas.Topic;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A new version goes on from a savepoint of an older one. */
class SavepointIT {
    private static final Logger LOG = LoggerFactory.getLogger(SavepointIT.class);
    private static final String MAKE = "whence.savepoint";
    private static final Path KEPT = Path.of("src/test/resources/savepoints");
    private static final String OFFSETS = "offsets.properties";
    private static final int PARTITIONS = Topic.IMAGES.partitions();
    /** More than may be in flight when a savepoint is made, which has read so far. */
    private static final int IMAGES_BEHIND = 300;

    private static final int IMAGES_UNDER_WAY = 500;
    private static final String CHANGED = "changed";
    /** Whether images were in flight, and the model had been changed. Older ones have neither. */
    private static final String UNDER_WAY = "underWay";

    @TempDir
    Path folder;

    /** The broker is a fresh one, too, with other images before the offsets in the savepoint. */
    @ParameterizedTest
    @MethodSource("kept")
    void whatStandsBehindAKeptSavepointComesOutOnceAndNothingElseDoes(Path kept) throws Exception {
        Path savepoint = Files.createDirectories(folder.resolve("copy"));
        for (Path file : files(kept)) {
            Files.copy(file, savepoint.resolve(String.valueOf(file.getFileName())));
        }
        try (FireDrill drill = FireDrill.start(folder)) {
            LocalStack.createTopics(drill.broker.address());
            List<String> before = new ArrayList<>();
            List<String> behind = new ArrayList<>();
            Properties offsets = offsets(kept);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                int offset = Integer.parseInt(offsets.getProperty(Integer.toString(partition)));
                List<byte[]> images = Images.noise(offset + IMAGES_BEHIND, seed(partition));
                drill.uploader.images(partition, images);
                before.addAll(Images.ids(images.subList(0, offset)));
                behind.addAll(Images.ids(images.subList(offset, images.size())));
            }

            long start = System.nanoTime();
            assertThat(drill.startJob(Map.of("--restore", savepoint.toUri().toString())))
                    .contains(savepoint.toUri().toString());
            try (OutcomeReader reader = drill.reader()) {
                reader.readUntilAllOf(behind);
                LOG.info(
                        "Savepoint of {}: what stood behind it came out after {} ms",
                        kept.getFileName(),
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
                reader.readUntilAllOf(drill.markers());

                assertThat(reader.repeated()).isEmpty();
                assertThat(reader.ledger.missing(before))
                        .as("what stood before the savepoint is not done again")
                        .isEqualTo(before);
                assertThat(drill.failures()).as("failures of the job").isZero();
            }
            if (Boolean.parseBoolean(offsets.getProperty(UNDER_WAY))) {
                drill.cluster.awaitLogged("messages were in flight and are read again");
                drill.cluster.awaitLogged("earlier changes of the model are forgotten");
            }
        }
    }

    static List<Path> kept() throws IOException {
        try (Stream<Path> folders = Files.list(KEPT)) {
            return folders.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** Not a test of anything but what it makes: see the README in the folder of the savepoints. */
    @Test
    @EnabledIfSystemProperty(named = MAKE, matches = "[\\w.-]+", disabledReason = "makes a savepoint to keep")
    void keepsASavepointOfThisVersion() throws Exception {
        try (FireDrill drill = FireDrill.start(folder);
                OutcomeReader reader = drill.reader()) {
            drill.startJob(Map.of("--delivery", "at-least-once"));
            drill.changeModel(DemoImages.modelOfVersion(CHANGED, folder.resolve(CHANGED)), drill.reference());
            drill.awaitModel(CHANGED);
            List<List<String>> uploaded = new ArrayList<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                List<byte[]> images = Images.noise(IMAGES_UNDER_WAY, seed(partition));
                drill.uploader.images(partition, images);
                uploaded.add(Images.ids(images));
            }
            Path savepoint = Path.of(URI.create(drill.stopJob()));
            reader.readToTheEnd();
            List<String> behind = new ArrayList<>(reader.ledger.missing(
                    uploaded.stream().flatMap(List::stream).toList()));

            // What was in flight then may have come out by the end, and comes again.
            drill.startJob(Map.of("--restore", savepoint.toString(), "--delivery", "at-least-once"));
            reader.readUntilAllOf(behind);
            reader.readUntilAllOf(drill.markers());
            List<String> inFlight = reader.repeated();
            behind.addAll(inFlight);
            List<String> lines = new ArrayList<>(List.of(UNDER_WAY + "=true"));
            for (int partition = 0; partition < PARTITIONS; partition++) {
                List<String> images = uploaded.get(partition);
                List<String> before =
                        images.stream().filter(id -> !behind.contains(id)).toList();
                assertThat(images.subList(0, before.size()))
                        .as("what came before the savepoint in partition %d", partition)
                        .isEqualTo(before);
                lines.add(partition + "=" + before.size());
            }
            assertThat(inFlight).isNotEmpty();

            Path into = Files.createDirectories(KEPT.resolve(System.getProperty(MAKE)));
            for (Path file : files(savepoint)) {
                Files.copy(file, into.resolve(String.valueOf(file.getFileName())));
            }
            Files.write(into.resolve(OFFSETS), lines);
        }
    }

    private static int seed(int partition) {
        return 1000 + partition;
    }

    /** Of each partition where the first image stands without an answer. */
    private static Properties offsets(Path kept) throws IOException {
        Properties offsets = new Properties();
        try (var in = Files.newInputStream(kept.resolve(OFFSETS))) {
            offsets.load(in);
        }
        return offsets;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
