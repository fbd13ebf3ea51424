package dev.whence.attributor.evaluation;

import java.util.Locale;

/** Confidence against accuracy as SVG: a bar reaches the accuracy of its bin, a dot marks its mean confidence, a strip its images. */
final class ReliabilityDiagram {
    private static final int SIDE = 300;
    private static final int LEFT = 40;
    private static final int TOP = 8;
    private static final int STRIP = 46;
    private static final int STRIP_TOP = TOP + SIDE + 24;

    private final StringBuilder svg = new StringBuilder();

    private ReliabilityDiagram() {}

    static String of(Calibration calibration) {
        return new ReliabilityDiagram().draw(calibration);
    }

    private String draw(Calibration calibration) {
        int width = LEFT + SIDE + 24;
        int height = STRIP_TOP + STRIP + 20;
        add("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Reliability diagram\">", width, height);
        for (int tick = 0; tick <= 4; tick++) {
            double at = tick / 4.0;
            add("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, LEFT + SIDE, y(at), y(at));
            add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f %%</text>", LEFT - 6, y(at) + 4, 100 * at);
            add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f %%</text>", x(at), TOP + SIDE + 16, 100 * at);
        }
        int most = calibration.bins().stream()
                .mapToInt(Calibration.Bin::images)
                .max()
                .orElse(0);
        for (Calibration.Bin bin : calibration.bins()) {
            if (bin.images() > 0) {
                draw(bin, most);
            }
        }
        add("<line class=\"ideal\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", x(0), y(0), x(1), y(1));
        add(
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">probability of the first candidate</text>",
                x(0.5), height - 4);
        add("</svg>");
        return svg.toString();
    }

    private void draw(Calibration.Bin bin, int most) {
        String title = String.format(
                Locale.ROOT,
                "<title>%.2f to %.2f: %,d images, mean confidence %.3f, accuracy %.3f</title>",
                bin.from(),
                bin.to(),
                bin.images(),
                bin.confidence(),
                bin.accuracy());
        double wide = x(bin.to()) - x(bin.from()) - 2;
        bar("bin", bin, wide, y(bin.accuracy()), y(0), title);
        double tall = Math.max(1, (double) STRIP * bin.images() / most);
        bar("share", bin, wide, STRIP_TOP + STRIP - tall, STRIP_TOP + STRIP, title);
        add(
                "<circle class=\"mean\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\">%s</circle>",
                x((bin.from() + bin.to()) / 2), y(bin.confidence()), title);
    }

    private void bar(String kind, Calibration.Bin bin, double wide, double top, double bottom, String title) {
        add(
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">%s</rect>",
                kind, x(bin.from()) + 1, top, wide, bottom - top, title);
    }

    private static double x(double share) {
        return LEFT + SIDE * share;
    }

    private static double y(double share) {
        return TOP + SIDE * (1 - share);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
