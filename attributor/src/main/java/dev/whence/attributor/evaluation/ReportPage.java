package dev.whence.attributor.evaluation;

import dev.whence.attributor.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The report as one page that needs nothing else: no script, no font, no picture from anywhere. */
final class ReportPage {
    /** From this share on a cell of the heat map is so dark that its text must be light. */
    private static final double STRONG = 0.55;

    private final EvaluationReport report;
    private final Evaluation evaluation;
    private final HtmlPage page;

    ReportPage(EvaluationReport report) {
        this.report = report;
        this.evaluation = report.evaluation();
        this.page = new HtmlPage("Whence: evaluation of " + report.model().name());
    }

    String html() {
        heading();
        figures();
        recalls();
        confusion();
        page.add("<div class=\"pair\">");
        reliability();
        verdicts();
        page.add("</div>");
        if (evaluation.unknown().images() > 0) {
            unknown();
        }
        if (!report.sets().isEmpty()) {
            sets();
        }
        return page.end();
    }

    private void heading() {
        page.add(
                "<h1>Evaluation of %s %s</h1>",
                report.model().name(), report.model().version());
        page.add(
                "<p>%,d images of known sources, %,d of unknown ones, %,d excluded because training saw them or "
                        + "they could not be decoded. "
                        + "Reference: %s %s. Model: SHA-256 <code title=\"%s\">%.12s</code>, run by %s in %s.</p>",
                evaluation.images(),
                evaluation.unknown().images(),
                report.excluded(),
                report.reference().name(),
                report.reference().version(),
                report.model().sha256(),
                report.model().sha256(),
                report.model().engine(),
                report.model().precision());
    }

    private void figures() {
        page.add("<dl class=\"figures\">");
        figure("Accuracy", percent(evaluation.confusion().accuracy()));
        figure("Balanced accuracy", percent(evaluation.confusion().balancedAccuracy()));
        figure("Answered", percent(evaluation.answered().share()));
        figure("Accuracy of the answers", percent(evaluation.answered().accuracy()));
        figure("Calibration error", HtmlPage.number(evaluation.calibration().error()));
        figure("Negative log likelihood", HtmlPage.number(evaluation.negativeLogLikelihood()));
        figure(
                "Fr\u00e9chet distance ratio",
                HtmlPage.number(evaluation.fingerprints().ratio()));
        if (evaluation.unknown().images() > 0) {
            OpenSet openSet = evaluation.unknown().openSet();
            figure("AUROC, unknown sources", HtmlPage.number(openSet.auroc()));
            figure("OSCR", HtmlPage.number(openSet.oscr()));
            figure("False positives at 95 % true", percent(openSet.falsePositiveRate()));
        }
        page.add("</dl>");
    }

    private void figure(String name, String value) {
        page.add("<div><dd>%s</dd><dt>%s</dt></div>", value, name);
    }

    private void recalls() {
        ConfusionMatrix confusion = evaluation.confusion();
        page.section("Recall by class", "The share of each class's images whose first candidate is that class.");
        page.add("<table class=\"bars\">");
        for (int i = 0; i < confusion.classes().size(); i++) {
            double recall = confusion.recall(i);
            page.add(
                    "<tr><th>%s</th><td class=\"bar\"><div class=\"track\"><i style=\"width:%s%%\"></i></div></td>"
                            + "<td>%s</td><th>%,d images</th></tr>",
                    confusion.classes().get(i),
                    decimal(Double.isNaN(recall) ? 0 : 100 * recall),
                    percent(recall),
                    confusion.support(i));
        }
        page.add("</table>\n</section>");
    }

    private void confusion() {
        ConfusionMatrix confusion = evaluation.confusion();
        page.section("Confusion", "Rows are the truth, columns the first candidate; shares of the row in percent.");
        page.add("<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th></th>");
        confusion.classes().forEach(name -> page.add("<th>%s</th>", name));
        page.add("</tr></thead>");
        for (int row = 0; row < confusion.classes().size(); row++) {
            page.add("<tr><th>%s</th>", confusion.classes().get(row));
            for (int column = 0; column < confusion.classes().size(); column++) {
                cell(confusion, row, column);
            }
            page.add("</tr>");
        }
        page.add("</table></div>\n</section>");
    }

    private void cell(ConfusionMatrix confusion, int row, int column) {
        int images = confusion.matrix()[row][column];
        double share = (double) images / Math.max(1, confusion.support(row));
        page.add(
                "<td class=\"%s\" style=\"background:rgba(var(--accent),%s)\" title=\"%s as %s: %,d of %,d\">%s</td>",
                share >= STRONG ? "strong" : "weak",
                decimal(Math.max(0.04, share)),
                confusion.classes().get(row),
                confusion.classes().get(column),
                images,
                confusion.support(row),
                images == 0 ? "" : cellText(100 * share));
    }

    private static String cellText(double percent) {
        return String.format(Locale.ROOT, percent >= 9.95 ? "%.0f" : "%.1f", percent);
    }

    private void reliability() {
        page.section(
                "Reliability",
                "Bars: share of right answers among images of about the same confidence; dots: their mean confidence. "
                        + "On the dashed line a probability means what it says. Below: how many images.");
        page.append(ReliabilityDiagram.of(evaluation.calibration()) + "</section>\n");
    }

    private void verdicts() {
        page.section("Verdicts", "What was answered in the end.");
        page.add("<strong>Known sources</strong>");
        stack(evaluation.verdicts(), evaluation.images());
        if (evaluation.unknown().images() > 0) {
            page.add("<strong>Unknown sources</strong>");
            stack(evaluation.unknown().verdicts(), evaluation.unknown().images());
        }
        page.add(
                "<p>Mean novelty: %s of known sources, %s of unknown ones.</p>\n</section>",
                HtmlPage.number(evaluation.meanNovelty()),
                HtmlPage.number(evaluation.unknown().meanNovelty()));
    }

    private void stack(Map<Verdict, Integer> verdicts, int images) {
        page.add("<div class=\"stack\">");
        verdicts.forEach((verdict, count) -> page.add(
                "<div class=\"%s\" style=\"width:%s%%\"></div>",
                style(verdict), decimal(100.0 * count / Math.max(1, images))));
        page.add("</div><p class=\"legend\">");
        verdicts.forEach((verdict, count) ->
                page.add("<span><i class=\"%s\"></i>%s %,d</span>", style(verdict), label(verdict), count));
        page.add("</p>");
    }

    private void unknown() {
        page.section(
                "Unknown generators",
                "Sources that are no class of the model. The right answer is a new generator; the classes put first tell what they resemble. "
                        + "AUROC, OSCR and the false positives where 95 % of known images are accepted say how well novelty keeps them "
                        + "apart; the figures at the top are the means over these sources.");
        page.add("<div class=\"scroll\"><table class=\"plain\"><thead><tr><th>Source</th><th>Images</th>");
        List.of(Verdict.values()).forEach(verdict -> page.add("<th>%s</th>", label(verdict)));
        page.add(
                "<th>Mean novelty</th><th>AUROC</th><th>OSCR</th><th>False positives</th><th>Put first</th></tr></thead>");
        for (UnknownSources.Source source : evaluation.unknown().generators()) {
            page.add("<tr><th>%s</th><td>%,d</td>", source.name(), source.images());
            source.verdicts().values().forEach(count -> page.add("<td>%,d</td>", count));
            String first = source.topCandidates().entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                    .limit(3)
                    .map(entry -> "%s %d".formatted(entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining(", "));
            page.add("<td>%s</td>", HtmlPage.number(source.meanNovelty()));
            openSet(source.openSet());
            page.add("<th>%s</th></tr>", first);
        }
        page.add("</table></div>\n</section>");
    }

    private void openSet(OpenSet openSet) {
        page.add(
                "<td>%s</td><td>%s</td><td>%s</td>",
                HtmlPage.number(openSet.auroc()),
                HtmlPage.number(openSet.oscr()),
                percent(openSet.falsePositiveRate()));
    }

    private void sets() {
        page.section(
                "Sets of images",
                "Images of one source, attributed together. Every image stands in as many sets as a set has images; sources with "
                        + "fewer images than a set are left out.");
        page.add(
                "<div class=\"scroll\"><table class=\"plain\"><thead><tr><th>Images of a set</th><th>Sets</th><th>Accuracy</th>"
                        + "<th>Balanced accuracy</th><th>Calibration error</th><th>Sets of unknown sources</th><th>AUROC</th><th>OSCR</th>"
                        + "<th>False positives</th></tr></thead>");
        for (SetEvaluation set : report.sets()) {
            page.add(
                    "<tr><th>%d</th><td>%,d</td><td>%s</td><td>%s</td><td>%s</td><td>%,d</td>",
                    set.size(),
                    set.known(),
                    percent(set.confusion().accuracy()),
                    percent(set.confusion().balancedAccuracy()),
                    HtmlPage.number(set.calibration().error()),
                    set.unknown());
            openSet(set.openSet());
            page.add("</tr>");
        }
        page.add("</table></div>\n</section>");
    }

    private static String style(Verdict verdict) {
        return switch (verdict) {
            case REAL -> "real";
            case KNOWN_GENERATOR -> "known";
            case NEW_GENERATOR -> "new";
            case UNSURE -> "unsure";
        };
    }

    private static String label(Verdict verdict) {
        return switch (verdict) {
            case REAL -> "Real";
            case KNOWN_GENERATOR -> "Known generator";
            case NEW_GENERATOR -> "New generator";
            case UNSURE -> "Unsure";
        };
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "n/a" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, value >= 10 ? "%.0f" : "%.2f", value);
    }
}
