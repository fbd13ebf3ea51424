package dev.whence.infra.bench;

import java.util.OptionalLong;

/** Watches how long a load's last phase has to go on until what the phases before it left waiting is gone. */
final class Backlog {
    private final long endOfFirstPhase;
    private final long startOfLastPhase;
    private int usual;
    private OptionalLong gone = OptionalLong.empty();

    /** @param schedule quiet first, last quiet again */
    Backlog(LoadSchedule schedule) {
        endOfFirstPhase = schedule.startNanos(1);
        startOfLastPhase = schedule.startNanos(schedule.phases().size() - 1);
    }

    /**
     * Takes a look.
     *
     * @param nanos since the start of the load
     * @param inFlight images that were sent and have not come back
     */
    void observe(long nanos, int inFlight) {
        if (nanos < endOfFirstPhase) {
            usual = Math.max(usual, inFlight);
        } else if (nanos >= startOfLastPhase && gone.isEmpty() && inFlight <= usual) {
            gone = OptionalLong.of(nanos - startOfLastPhase);
        }
    }

    /** From the start of the last phase until no more was in flight than at the most in the first; empty if that never was. */
    OptionalLong goneAfterNanos() {
        return gone;
    }
}
