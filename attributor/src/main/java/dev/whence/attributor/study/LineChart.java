package dev.whence.attributor.study;

import dev.whence.attributor.evaluation.HtmlPage;
import dev.whence.attributor.study.StudyReport.Lines;
import dev.whence.attributor.study.StudyReport.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Series over one axis as SVG: a line through the points of each, and a mark on every point where they are few. */
final class LineChart {
    static final int WIDTH = 480;
    static final int HEIGHT = 240;
    static final int LEFT = 64;
    static final int TOP = 10;
    private static final int FEW = 50;

    private final HtmlPage page;
    private final Lines lines;
    private final Axis across;
    private final Axis up;

    private LineChart(HtmlPage page, Lines lines) {
        this.page = page;
        this.lines = lines;
        this.across = Axis.of(lines.series().stream().flatMapToDouble(series -> Arrays.stream(series.x())));
        this.up = Axis.of(lines.series().stream().flatMapToDouble(series -> Arrays.stream(series.y())));
    }

    static void draw(HtmlPage page, Lines lines) {
        new LineChart(page, lines).draw();
    }

    private void draw() {
        int bottom = TOP + HEIGHT;
        page.add(
                "<svg class=\"lines\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                LEFT + WIDTH + 24, bottom + 42, lines.title());
        for (long tick = up.first(); tick <= up.last(); tick++) {
            double y = y(up.tick(tick));
            page.add("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, LEFT + WIDTH, y, y);
            page.add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", LEFT - 8, y + 4, up.label(tick));
        }
        for (long tick = across.first(); tick <= across.last(); tick++) {
            double x = x(across.tick(tick));
            page.add("<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>", x, x, bottom, bottom + 5);
            page.add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", x, bottom + 18, across.label(tick));
        }
        page.add("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", LEFT + WIDTH / 2, bottom + 36, lines.x());
        page.add(
                "<text transform=\"translate(12 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                TOP + HEIGHT / 2, lines.y());
        for (int i = 0; i < lines.series().size(); i++) {
            draw(lines.series().get(i), new Mark(i));
        }
        page.add("</svg>");
    }

    private void draw(Series series, Mark mark) {
        page.add("<g class=\"%s\"><title>%s</title>", mark.style(), series.name());
        for (List<double[]> run : runs(series)) {
            String points = run.stream()
                    .map(point -> String.format(Locale.ROOT, "%.1f,%.1f", point[0], point[1]))
                    .collect(Collectors.joining(" "));
            page.add("<polyline points=\"%s\"/>", points);
            if (run.size() == 1 || series.x().length <= FEW) {
                run.forEach(point -> page.add("<path class=\"mark\" d=\"%s\"/>", mark.path(point[0], point[1])));
            }
        }
        page.add("</g>");
    }

    /** The points where they are drawn; a new run begins after each that is not finite. */
    private List<List<double[]>> runs(Series series) {
        List<List<double[]>> runs = new ArrayList<>();
        List<double[]> run = new ArrayList<>();
        for (int i = 0; i < series.x().length; i++) {
            double x = x(series.x()[i]);
            double y = y(series.y()[i]);
            if (Double.isFinite(x) && Double.isFinite(y)) {
                run.add(new double[] {x, y});
            } else if (!run.isEmpty()) {
                runs.add(run);
                run = new ArrayList<>();
            }
        }
        if (!run.isEmpty()) {
            runs.add(run);
        }
        return runs;
    }

    private double x(double value) {
        return LEFT + WIDTH * across.share(value);
    }

    private double y(double value) {
        return TOP + HEIGHT * (1 - up.share(value));
    }
}
