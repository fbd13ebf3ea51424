package dev.whence.infra.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.infra.bench.InFlight.Sent;
import org.junit.jupiter.api.Test;

final class InFlightTest {
    private final InFlight inFlight = new InFlight();

    @Test
    void anImageSentTwiceComesBackInTheOrderItWasSent() {
        inFlight.add("a", new Sent(0, 1));
        inFlight.add("b", new Sent(0, 2));
        inFlight.add("a", new Sent(1, 3));
        assertThat(inFlight.remove("a")).contains(new Sent(0, 1));
        assertThat(inFlight.remove("a")).contains(new Sent(1, 3));
        assertThat(inFlight.size()).isOne();
    }

    @Test
    void whatWasNotSentOrCameBackAlreadyIsNotThere() {
        inFlight.add("a", new Sent(0, 1));
        assertThat(inFlight.remove("b")).isEmpty();
        assertThat(inFlight.remove("a")).isPresent();
        assertThat(inFlight.remove("a")).isEmpty();
        assertThat(inFlight.size()).isZero();
    }
}
