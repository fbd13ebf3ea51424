package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.schemas.ImageId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
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
                assertThat(reader.ledger.repeated()).isEmpty();
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

            assertThat(reader.ledger.repeated()).isEmpty();
        }
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
