package dev.whence.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.stream.MessagesInFlight.Gap;
import dev.whence.stream.engine.RawMessage;
import org.junit.jupiter.api.Test;

class MessagesInFlightTest {
    private final MessagesInFlight inFlight = new MessagesInFlight();

    @Test
    void offsetsThatNoMessageCameFromAreGapsUntilTheyAreTaken() {
        reach(0, 500);
        reach(0, 501);
        reach(1, 7);
        reach(0, 504);
        reach(1, 9);

        assertThat(inFlight.gaps()).isEqualTo(2);
        assertThat(inFlight.takeGaps()).containsExactly(new Gap(0, 502, 504), new Gap(1, 8, 9));
        assertThat(inFlight.takeGaps()).isEmpty();
    }

    @Test
    void whatIsInFlightIsCountedByMessageAndByBytes() {
        RawMessage message = message(0, 3, 100);
        inFlight.enter(message);
        inFlight.enter(message(0, 4, 20));

        inFlight.leave(MessagesInFlight.place(message), 100);

        assertThat(inFlight.size()).isOne();
        assertThat(inFlight.bytes()).isEqualTo(20);
    }

    private void reach(int partition, long offset) {
        inFlight.reach(message(partition, offset, 1));
    }

    private static RawMessage message(int partition, long offset, int bytes) {
        return new RawMessage("whence.images", partition, offset, 0, new byte[bytes]);
    }
}
