package dev.whence.infra;

/** Outcomes as lines for a person; the image's name comes last, since it may be long. */
final class OutcomeTable {
    private OutcomeTable() {}

    static String header() {
        return "%-16s %-16s %10s %8s  %s".formatted("verdict", "generator", "confidence", "novelty", "image");
    }

    static String line(Outcome outcome) {
        if (outcome instanceof Outcome.Attributed attributed) {
            var attribution = attributed.attribution();
            return "%-16s %-16s %8.1f %% %8.2f  %s"
                    .formatted(
                            attribution.verdict(),
                            attribution.generator().orElse("-"),
                            100 * attribution.confidence(),
                            attribution.novelty().score(),
                            attributed.image());
        }
        Outcome.Rejected rejected = (Outcome.Rejected) outcome;
        return "%-16s %-35s  %s: %s".formatted("-", rejected.code(), rejected.image(), rejected.message());
    }

    /**
     * @param outcome of a source as a whole
     * @param images how many of its images stand behind it
     */
    static String together(Outcome outcome, int images) {
        return "%s, %,d images together".formatted(line(outcome), images);
    }
}
