package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.stream.AttributionJobSettings;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that is slower than what comes: so much is in memory and no more, the rest waits on Kafka. */
class BackPressureIT {
    /** Of every subtask, as the operator has it. */
    private static final int MOST_BYTES = 32 << 20;

    private static final Duration TIME_FOR_AN_IMAGE = Duration.ofMillis(5);

    @TempDir
    private Path data;

    @Test
    void twoBatchesForEachThreadAreInFlight() throws Exception {
        int threads = LocalStackSettings.of(data, data, data).inferenceThreads();
        int most = 2 * threads * AttributionJobSettings.DEFAULT_BATCH_SIZE;
        assertInFlight(Images.noise(4 * most, 1), most);
    }

    @Test
    void fewerAreInFlightWhereTheyAreLarge() throws Exception {
        List<byte[]> images = large(300);
        assertInFlight(images, LocalStack.PARALLELISM * (MOST_BYTES / images.get(0).length + 1));
    }

    /** At most that many, and at some time more than half as many; the others are not even taken then. */
    private void assertInFlight(List<byte[]> images, int most) throws Exception {
        double takenBefore = Counters.sum("whence_messages_total");
        double answeredBefore = answered();
        AtomicInteger mostInFlight = new AtomicInteger();
        try (LocalStack stack = Stacks.start(data, TIME_FOR_AN_IMAGE);
                Uploader uploader = new Uploader(stack.bootstrapServers());
                OutcomeReader reader = new OutcomeReader(stack.bootstrapServers(), stack::failure)) {
            stack.awaitRunning();
            uploader.images(images);
            Await.until("all are answered", () -> {
                double taken = Counters.sum("whence_messages_total") - takenBefore;
                double answered = answered() - answeredBefore; // later than what is taken: never too many in flight
                mostInFlight.accumulateAndGet((int) (taken - answered), Math::max);
                assertThat(stack.failure()).isEqualTo(Optional.empty());
                return answered >= images.size();
            });
            reader.readUntilAllOf(Images.ids(images));
            assertThat(reader.letters).isEmpty();
        }
        assertThat(mostInFlight.get()).isBetween(most / 2, most);
    }

    private static double answered() {
        return Counters.sum("whence_provenance_events_total") + Counters.sum("whence_dead_letters_total");
    }

    /** Almost as large as a message may be. What stands behind a PNG's end is no part of the picture, but of the file. */
    private static List<byte[]> large(int count) {
        byte[] image = Images.noise(1, 2, 540).get(0);
        return IntStream.range(0, count)
                .mapToObj(i -> ByteBuffer.allocate(image.length + Integer.BYTES)
                        .put(image)
                        .putInt(i)
                        .array())
                .toList();
    }
}
