package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.schemas.ImageId;
import dev.whence.stream.OutdatedCheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever breaks mid-stream: who reads what was committed finds each image once. {@link LedgerTest} shows the check can fail. */
class ExactlyOnceIT {
    @TempDir
    Path data;

    @Test
    void eachImageComesOutOnceThoughTheJobFailsAndRestoresTwice() throws Exception {
        List<byte[]> before = images(500, 1);
        List<byte[]> after = images(500, 2);
        try (LocalStack stack = Stacks.start(data, Duration.ofMillis(1));
                Uploader uploader = new Uploader(stack.bootstrapServers())) {
            stack.awaitRunning();
            uploader.images(before);
            try (OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
                reader.readUntilSome(50);
                ParityAttributor.breakInTurn(2);
                uploader.images(after);

                reader.readUntilAllOf(Images.ids(before));
                reader.readUntilAllOf(Images.ids(after));
                reader.readUntilAllOf(uploader.markers(3));

                assertThat(ParityAttributor.breaksLeft()).as("breaks left").isZero();
                assertThat(reader.repeated()).isEmpty();
            }
        }
    }

    @Test
    void eachImageComesOutOnceThoughTheProcessIsKilled() throws Exception {
        List<byte[]> images = images(2000, 3);
        try (StackProcess process = StackProcess.start(data);
                Uploader uploader = new Uploader(process.bootstrapServers());
                OutcomeReader reader = new OutcomeReader(process.bootstrapServers(), Optional::empty)) {
            uploader.images(images);
            reader.readUntilSome(50);
            process.kill();
            assertThat(reader.ledger.hasAll(Images.ids(images)))
                    .as("nothing left to do after the kill")
                    .isFalse();
        }

        try (LocalStack stack = Stacks.start(data, Duration.ZERO);
                Uploader uploader = new Uploader(stack.bootstrapServers());
                OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
            reader.readUntilAllOf(Images.ids(images));
            reader.readUntilAllOf(uploader.markers(4));

            assertThat(reader.repeated()).isEmpty();
        }
    }

    /** As a job leaves one behind whose JobManager was killed; the job after it was stopped with a savepoint, and its checkpoints went. */
    @Test
    void aCheckpointThatIsNotTheNewestIsRefused() throws Exception {
        Path checkpoints = data.resolve("checkpoints");
        Path older = data.resolve("older");
        try (LocalStack stack = Stacks.start(data, Duration.ZERO);
                Uploader uploader = new Uploader(stack.bootstrapServers());
                OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
            reader.readUntilAllOf(uploader.markers(6));
            awaitCheckpoints(checkpoints, 2); // the second has no transaction of these
            FileUtils.copyDirectory(
                    Checkpoints.newest(checkpoints).orElseThrow().toFile(), older.toFile());
            reader.readUntilAllOf(uploader.markers(7));
            awaitCheckpoints(checkpoints, 2); // the first may not be noted yet
        }
        FileUtils.deleteDirectory(checkpoints.toFile());
        FileUtils.moveDirectory(
                older.toFile(),
                checkpoints.resolve("former-job").resolve("chk-1").toFile());

        try (LocalStack stack = Stacks.start(data, Duration.ZERO)) {
            assertThatThrownBy(stack::awaitRunning)
                    .isInstanceOf(OutdatedCheckpointException.class)
                    .hasMessageContaining("name the newest checkpoint or savepoint with --restore");
        }
    }

    private static void awaitCheckpoints(Path checkpoints, int more) throws Exception {
        for (int i = 0; i < more; i++) {
            Optional<Path> before = Checkpoints.newest(checkpoints);
            Await.until(
                    "another checkpoint", () -> !Checkpoints.newest(checkpoints).equals(before));
        }
    }

    @Test
    void noImageIsInACheckpointHoweverManyAreInFlight() throws Exception {
        List<byte[]> images = Images.noise(300, 5, 100);
        byte[] startOfAnImage = Arrays.copyOf(images.get(0), 16);
        try (LocalStack stack = Stacks.start(data, Duration.ofMillis(10));
                Uploader uploader = new Uploader(stack.bootstrapServers())) {
            stack.awaitRunning();
            uploader.images(images);
            Set<Path> seen = new HashSet<>();
            try (OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
                for (int outcomes = 20; outcomes < images.size(); outcomes += 20) {
                    reader.readUntilSome(outcomes);
                    for (Path file : checkpointFiles()) {
                        byte[] content = readIfThere(file);
                        assertThat(indexOf(content, startOfAnImage))
                                .as("an image in %s", file)
                                .isNegative();
                        assertThat(content.length).as("bytes of %s", file).isLessThan(images.get(0).length);
                        seen.add(file);
                    }
                }
                reader.readUntilAllOf(Images.ids(images));
            }
            assertThat(seen).as("checkpoints made while images were in flight").isNotEmpty();
        }
    }

    private List<Path> checkpointFiles() throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("checkpoints"))) {
            return files.filter(Files::isRegularFile).toList();
        } catch (UncheckedIOException e) {
            return List.of(); // one went while they were listed
        }
    }

    private static byte[] readIfThere(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return new byte[0];
        }
    }

    private static int indexOf(byte[] content, byte[] what) {
        return new String(content, StandardCharsets.ISO_8859_1).indexOf(new String(what, StandardCharsets.ISO_8859_1));
    }

    /** Every tenth is none, and becomes a dead letter. */
    private static List<byte[]> images(int count, long seed) {
        List<byte[]> images = new ArrayList<>(Images.noise(count * 9 / 10, seed));
        IntStream.range(0, count / 10)
                .mapToObj(i -> "not an image: %d of %d".formatted(i, seed).getBytes(StandardCharsets.UTF_8))
                .forEach(text -> images.add(Math.floorMod(ImageId.of(text).hashCode(), images.size()), text));
        return images;
    }
}
