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
    private static final int IMAGES_BEHIND = 20;

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
            for (int partition = 0; partition < PARTITIONS; partition++) {
                int offset = offset(kept, partition);
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

                assertThat(reader.ledger.repeated()).isEmpty();
                assertThat(reader.ledger.missing(before))
                        .as("what stood before the savepoint is not done again")
                        .isEqualTo(before);
                assertThat(drill.failures()).as("failures of the job").isZero();
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
            drill.startJob(Map.of());
            List<String> offsets = new ArrayList<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                List<byte[]> images = Images.noise(10 * (partition + 1), seed(partition));
                drill.uploader.images(partition, images);
                reader.readUntilAllOf(Images.ids(images));
                offsets.add(partition + "=" + images.size());
            }
            Path savepoint = Path.of(URI.create(drill.stopJob()));

            Path into = Files.createDirectories(KEPT.resolve(System.getProperty(MAKE)));
            for (Path file : files(savepoint)) {
                Files.copy(file, into.resolve(String.valueOf(file.getFileName())));
            }
            Files.write(into.resolve(OFFSETS), offsets);
        }
    }

    private static int seed(int partition) {
        return 1000 + partition;
    }

    private static int offset(Path kept, int partition) throws IOException {
        Properties offsets = new Properties();
        try (var in = Files.newInputStream(kept.resolve(OFFSETS))) {
            offsets.load(in);
        }
        return Integer.parseInt(offsets.getProperty(Integer.toString(partition)));
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
