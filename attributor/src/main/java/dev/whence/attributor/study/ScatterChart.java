package dev.whence.attributor.study;

import dev.whence.attributor.evaluation.HtmlPage;
import dev.whence.attributor.study.StudyReport.Scatter;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/** Points in the plane as SVG: a mark of its class for each, the same scale in both directions, no axes. */
final class ScatterChart {
    static final int SIDE = 320;
    private static final int MARGIN = 10;

    private ScatterChart() {}

    /**
     * Draws.
     *
     * @param legend classes in the order of their marks; all that the chart has
     */
    static void draw(HtmlPage page, Scatter scatter, List<String> legend) {
        List<double[]> finite =
                Arrays.stream(scatter.points()).filter(ScatterChart::isFinite).toList();
        DoubleSummaryStatistics x =
                finite.stream().mapToDouble(point -> point[0]).summaryStatistics();
        DoubleSummaryStatistics y =
                finite.stream().mapToDouble(point -> point[1]).summaryStatistics();
        double extent = Math.max(x.getMax() - x.getMin(), y.getMax() - y.getMin());
        double scale = extent > 0 ? (SIDE - 2 * MARGIN) / extent : 0;
        page.add(
                "<svg class=\"scatter\" viewBox=\"0 0 %1$d %1$d\" role=\"img\" aria-label=\"%2$s\">",
                SIDE, scatter.title());
        for (int label = 0; label < scatter.classes().size(); label++) {
            String name = scatter.classes().get(label);
            Mark mark = new Mark(legend.indexOf(name));
            page.add("<g class=\"%s\"><title>%s</title>", mark.style(), name);
            for (int i = 0; i < scatter.labels().length; i++) {
                double[] point = scatter.points()[i];
                if (scatter.labels()[i] == label && isFinite(point)) {
                    page.add(
                            "<path class=\"mark\" d=\"%s\"/>",
                            mark.path(
                                    SIDE / 2.0 + scale * (point[0] - (x.getMin() + x.getMax()) / 2),
                                    SIDE / 2.0 - scale * (point[1] - (y.getMin() + y.getMax()) / 2)));
                }
            }
            page.add("</g>");
        }
        page.add("</svg>");
    }

    private static boolean isFinite(double[] point) {
        return Double.isFinite(point[0]) && Double.isFinite(point[1]);
    }
}
