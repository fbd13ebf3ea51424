package dev.whence.attributor.evaluation;

import dev.whence.attributor.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
    private final StringBuilder page = new StringBuilder();

    ReportPage(EvaluationReport report) {
        this.report = report;
        this.evaluation = report.evaluation();
    }

    String html() {
        add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
        add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        add("<title>Whence: evaluation of %s</title>", report.model().name());
        page.append("<style>\n").append(css()).append("</style>\n</head>\n<body>\n");
        heading();
        figures();
        recalls();
        confusion();
        add("<div class=\"pair\">");
        reliability();
        verdicts();
        add("</div>");
        if (evaluation.unknown().images() > 0) {
            unknown();
        }
        if (!report.sets().isEmpty()) {
            sets();
        }
        add("</body>\n</html>");
        return page.toString();
    }

    private void heading() {
        add(
                "<h1>Evaluation of %s %s</h1>",
                report.model().name(), report.model().version());
        add(
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
        add("<dl class=\"figures\">");
        figure("Accuracy", percent(evaluation.confusion().accuracy()));
        figure("Balanced accuracy", percent(evaluation.confusion().balancedAccuracy()));
        figure("Answered", percent(evaluation.answered().share()));
        figure("Accuracy of the answers", percent(evaluation.answered().accuracy()));
        figure("Calibration error", number(evaluation.calibration().error()));
        figure("Negative log likelihood", number(evaluation.negativeLogLikelihood()));
        figure("Fr\u00e9chet distance ratio", number(evaluation.fingerprints().ratio()));
        if (evaluation.unknown().images() > 0) {
            OpenSet openSet = evaluation.unknown().openSet();
            figure("AUROC, unknown sources", number(openSet.auroc()));
            figure("OSCR", number(openSet.oscr()));
            figure("False positives at 95 % true", percent(openSet.falsePositiveRate()));
        }
        add("</dl>");
    }

    private void figure(String name, String value) {
        add("<div><dd>%s</dd><dt>%s</dt></div>", value, name);
    }

    private void recalls() {
        ConfusionMatrix confusion = evaluation.confusion();
        section("Recall by class", "The share of each class's images whose first candidate is that class.");
        add("<table class=\"bars\">");
        for (int i = 0; i < confusion.classes().size(); i++) {
            double recall = confusion.recall(i);
            add(
                    "<tr><th>%s</th><td class=\"bar\"><div class=\"track\"><i style=\"width:%s%%\"></i></div></td>"
                            + "<td>%s</td><th>%,d images</th></tr>",
                    confusion.classes().get(i),
                    decimal(Double.isNaN(recall) ? 0 : 100 * recall),
                    percent(recall),
                    confusion.support(i));
        }
        add("</table>\n</section>");
    }

    private void confusion() {
        ConfusionMatrix confusion = evaluation.confusion();
        section("Confusion", "Rows are the truth, columns the first candidate; shares of the row in percent.");
        add("<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th></th>");
        confusion.classes().forEach(name -> add("<th>%s</th>", name));
        add("</tr></thead>");
        for (int row = 0; row < confusion.classes().size(); row++) {
            add("<tr><th>%s</th>", confusion.classes().get(row));
            for (int column = 0; column < confusion.classes().size(); column++) {
                cell(confusion, row, column);
            }
            add("</tr>");
        }
        add("</table></div>\n</section>");
    }

    private void cell(ConfusionMatrix confusion, int row, int column) {
        int images = confusion.matrix()[row][column];
        double share = (double) images / Math.max(1, confusion.support(row));
        add(
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
        section(
                "Reliability",
                "Bars: share of right answers among images of about the same confidence; dots: their mean confidence. "
                        + "On the dashed line a probability means what it says. Below: how many images.");
        page.append(ReliabilityDiagram.of(evaluation.calibration())).append("</section>\n");
    }

    private void verdicts() {
        section("Verdicts", "What was answered in the end.");
        add("<strong>Known sources</strong>");
        stack(evaluation.verdicts(), evaluation.images());
        if (evaluation.unknown().images() > 0) {
            add("<strong>Unknown sources</strong>");
            stack(evaluation.unknown().verdicts(), evaluation.unknown().images());
        }
        add(
                "<p>Mean novelty: %s of known sources, %s of unknown ones.</p>\n</section>",
                number(evaluation.meanNovelty()), number(evaluation.unknown().meanNovelty()));
    }

    private void stack(Map<Verdict, Integer> verdicts, int images) {
        add("<div class=\"stack\">");
        verdicts.forEach((verdict, count) -> add(
                "<div class=\"%s\" style=\"width:%s%%\"></div>",
                style(verdict), decimal(100.0 * count / Math.max(1, images))));
        add("</div><p class=\"legend\">");
        verdicts.forEach((verdict, count) ->
                add("<span><i class=\"%s\"></i>%s %,d</span>", style(verdict), label(verdict), count));
        add("</p>");
    }

    private void unknown() {
        section(
                "Unknown generators",
                "Sources that are no class of the model. The right answer is a new generator; the classes put first tell what they resemble. "
                        + "AUROC, OSCR and the false positives where 95 % of known images are accepted say how well novelty keeps them "
                        + "apart; the figures at the top are the means over these sources.");
        add("<div class=\"scroll\"><table class=\"plain\"><thead><tr><th>Source</th><th>Images</th>");
        List.of(Verdict.values()).forEach(verdict -> add("<th>%s</th>", label(verdict)));
        add("<th>Mean novelty</th><th>AUROC</th><th>OSCR</th><th>False positives</th><th>Put first</th></tr></thead>");
        for (UnknownSources.Source source : evaluation.unknown().generators()) {
            add("<tr><th>%s</th><td>%,d</td>", source.name(), source.images());
            source.verdicts().values().forEach(count -> add("<td>%,d</td>", count));
            String first = source.topCandidates().entrySet().stream()
                    .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                    .limit(3)
                    .map(entry -> "%s %d".formatted(entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining(", "));
            add("<td>%s</td>", number(source.meanNovelty()));
            openSet(source.openSet());
            add("<th>%s</th></tr>", first);
        }
        add("</table></div>\n</section>");
    }

    private void openSet(OpenSet openSet) {
        add(
                "<td>%s</td><td>%s</td><td>%s</td>",
                number(openSet.auroc()), number(openSet.oscr()), percent(openSet.falsePositiveRate()));
    }

    private void sets() {
        section(
                "Sets of images",
                "Images of one source, attributed together. Every image stands in as many sets as a set has images; sources with "
                        + "fewer images than a set are left out.");
        add(
                "<div class=\"scroll\"><table class=\"plain\"><thead><tr><th>Images of a set</th><th>Sets</th><th>Accuracy</th>"
                        + "<th>Balanced accuracy</th><th>Calibration error</th><th>Sets of unknown sources</th><th>AUROC</th><th>OSCR</th>"
                        + "<th>False positives</th></tr></thead>");
        for (SetEvaluation set : report.sets()) {
            add(
                    "<tr><th>%d</th><td>%,d</td><td>%s</td><td>%s</td><td>%s</td><td>%,d</td>",
                    set.size(),
                    set.known(),
                    percent(set.confusion().accuracy()),
                    percent(set.confusion().balancedAccuracy()),
                    number(set.calibration().error()),
                    set.unknown());
            openSet(set.openSet());
            add("</tr>");
        }
        add("</table></div>\n</section>");
    }

    private void section(String title, String explanation) {
        add("<section><h2>%s</h2><p>%s</p>", title, explanation);
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

    private static String number(double value) {
        return Double.isNaN(value) ? "n/a" : String.format(Locale.ROOT, "%.3f", value);
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, value >= 10 ? "%.0f" : "%.2f", value);
    }

    /** Every string of the outside goes through here, so every string is escaped. */
    private void add(String format, Object... values) {
        Object[] escaped = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            escaped[i] = values[i] instanceof String text ? escape(text) : values[i];
        }
        page.append(String.format(Locale.ROOT, format, escaped)).append('\n');
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String css() {
        try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new IllegalStateException("The attributor was built without its resource report.css");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the resource report.css", e);
        }
    }
}
