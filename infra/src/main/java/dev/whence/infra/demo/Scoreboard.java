package dev.whence.infra.demo;

import dev.whence.schemas.DeadLetter;
import dev.whence.schemas.ProvenanceEvent;
import dev.whence.schemas.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The verdicts held against the truth while they come in. Not safe for several threads.
 *
 * <p>Every streamed image must come back once, as provenance or as a dead letter: {@link #accountedFor}.
 */
final class Scoreboard {
    /** The true class of what is no image. */
    static final String BROKEN = "broken";

    private static final String REAL = "real";

    private final Map<String, String> truthOfId;
    private final Map<String, Tally> tallies = new TreeMap<>();
    private final Map<String, Long> deadLetterCodes = new TreeMap<>();
    private final Set<String> seen = new HashSet<>();
    private final Latencies latencies = new Latencies();
    private long streamed;
    private long provenance;
    private long deadLetters;
    private long strangers;

    /**
     * @param truthOfId the true class of every streamed image by its id: a generator, {@code real} or {@link #BROKEN}
     */
    Scoreboard(Map<String, String> truthOfId) {
        this.truthOfId = Map.copyOf(truthOfId);
        truthOfId.values().forEach(truth -> tallies.computeIfAbsent(truth, unused -> new Tally()).streamed++);
        streamed = truthOfId.size();
    }

    void provenance(ProvenanceEvent event) {
        provenance++;
        Tally tally = tallyOf(event.getImageId());
        tally.provenance++;
        if (classOf(event).equals(truthOfId.get(event.getImageId()))) {
            tally.right++;
        }
    }

    void deadLetter(DeadLetter letter) {
        deadLetters++;
        deadLetterCodes.merge(letter.getCode(), 1L, Long::sum);
        tallyOf(Optional.ofNullable(letter.getImageId()).orElse("")).deadLetters++;
    }

    void latency(long millis) {
        latencies.add(millis);
    }

    private Tally tallyOf(String imageId) {
        String truth = truthOfId.get(imageId);
        if (truth == null || !seen.add(imageId)) {
            strangers++;
            return new Tally();
        }
        return tallies.getOrDefault(truth, new Tally());
    }

    private static String classOf(ProvenanceEvent event) {
        return event.getVerdict() == Verdict.REAL
                ? REAL
                : event.getGenerator() == null ? event.getVerdict().name() : event.getGenerator();
    }

    /** Whether every streamed image has come back. */
    boolean complete() {
        return seen.size() == truthOfId.size();
    }

    /** Whether every streamed image has come back exactly once, and nothing else has. */
    boolean accountedFor() {
        return complete() && strangers == 0 && streamed == provenance + deadLetters;
    }

    /** Share of the images with a verdict whose verdict is right; 0 when there is none. */
    double accuracy() {
        long right = tallies.values().stream().mapToLong(tally -> tally.right).sum();
        return provenance == 0 ? 0 : (double) right / provenance;
    }

    long returned() {
        return provenance + deadLetters;
    }

    String deadLetterCodes() {
        return "dead letters by code: " + deadLetterCodes;
    }

    String accounting() {
        return "in %,d = provenance %,d + dead letters %,d: %s"
                .formatted(
                        streamed,
                        provenance,
                        deadLetters,
                        accountedFor()
                                ? "every image is accounted for"
                                : "NOT accounted for: %,d missing, %,d that were not asked for or came twice"
                                        .formatted(truthOfId.size() - seen.size(), strangers));
    }

    /** One line for each class, and what the whole stream does at this moment. */
    List<String> table(double seconds) {
        List<String> lines = new ArrayList<>();
        lines.add("%-10s %9s %7s %7s %7s %13s %9s"
                .formatted("truth", "streamed", "seen", "right", "wrong", "dead letters", "right"));
        tallies.forEach((truth, tally) -> lines.add("%-10s %,9d %,7d %,7d %,7d %,13d %9s"
                .formatted(
                        truth,
                        tally.streamed,
                        tally.provenance + tally.deadLetters,
                        tally.right,
                        tally.provenance - tally.right,
                        tally.deadLetters,
                        tally.provenance == 0 ? "" : percent(tally.right, tally.provenance))));
        lines.add(status(seconds));
        return lines;
    }

    /** The stream in one line. */
    String status(double seconds) {
        return "%,d of %,d back, accuracy %.1f %%, %.0f images/s, latency p50 %d ms, p99 %d ms"
                .formatted(
                        returned(),
                        streamed,
                        100 * accuracy(),
                        seconds > 0 ? returned() / seconds : 0,
                        latencies.quantile(0.5),
                        latencies.quantile(0.99));
    }

    private static String percent(long part, long whole) {
        return "%.1f %%".formatted(100.0 * part / whole);
    }

    private static final class Tally {
        private long streamed;
        private long provenance;
        private long right;
        private long deadLetters;
    }
}
