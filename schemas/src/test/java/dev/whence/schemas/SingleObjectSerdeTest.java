package dev.whence.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class SingleObjectSerdeTest {
    private static final String TOPIC = Topic.STATISTICS.topicName();

    private final SingleObjectSerde<AttributionCount> serde = SingleObjectSerde.of(AttributionCount.class);

    @Test
    void carriesARecordThroughKafka() {
        AttributionCount count = count(7);

        byte[] message = serde.serializer().serialize(TOPIC, count);

        assertThat(serde.deserializer().deserialize(TOPIC, message)).isEqualTo(count);
    }

    @Test
    void leavesATombstoneOne() {
        assertThat(serde.serializer().serialize(TOPIC, null)).isNull();
        assertThat(serde.deserializer().deserialize(TOPIC, (byte[]) null)).isNull();
    }

    @Test
    void throwsOnAValueOfNoBytes() {
        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, new byte[0]))
                .isInstanceOf(UndecodableMessageException.class);
    }

    @Test
    void servesManyThreadsAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> calls = IntStream.range(0, 2_000)
                    .<Callable<Boolean>>mapToObj(images -> () -> {
                        AttributionCount count = count(images);
                        byte[] message = serde.serializer().serialize(TOPIC, count);
                        return count.equals(serde.deserializer().deserialize(TOPIC, message));
                    })
                    .toList();
            for (Future<Boolean> same : threads.invokeAll(calls)) {
                assertThat(same.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static AttributionCount count(long images) {
        return new AttributionCount("forum", "dcgan", Instant.EPOCH, Instant.EPOCH.plusSeconds(60), images, 0.5);
    }
}
