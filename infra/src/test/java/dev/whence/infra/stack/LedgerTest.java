package dev.whence.infra.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The control of the exactly-once tests: their check can fail. */
class LedgerTest {
    private final Ledger ledger = new Ledger();

    @Test
    void tellsWhatCameTwiceAndWhatNeverCame() {
        List.of("a", "b", "b").forEach(ledger::enter);

        assertThat(ledger.repeated()).containsExactly("b");
        assertThat(ledger.missing(List.of("a", "b", "c"))).containsExactly("c");
        assertThat(ledger.hasAll(List.of("a", "b", "c"))).isFalse();
    }

    @Test
    void findsNothingWrongWhereEachCameOnce() {
        List.of("a", "b").forEach(ledger::enter);

        assertThat(ledger.repeated()).isEmpty();
        assertThat(ledger.missing(List.of("a", "b"))).isEmpty();
        assertThat(ledger.hasAll(List.of("a", "b"))).isTrue();
    }
}
