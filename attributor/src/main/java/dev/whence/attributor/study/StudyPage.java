package dev.whence.attributor.study;

import dev.whence.attributor.evaluation.HtmlPage;
import dev.whence.attributor.image.RgbPicture;
import dev.whence.attributor.study.StudyReport.Lines;
import dev.whence.attributor.study.StudyReport.Picture;
import dev.whence.attributor.study.StudyReport.PictureRow;
import dev.whence.attributor.study.StudyReport.Scatter;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Series;
import dev.whence.attributor.study.StudyReport.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** The report as one page that needs nothing else; its pictures are in it. */
final class StudyPage {
    /** Small pictures are enlarged by a whole number to about so many pixels. */
    private static final int SHOWN = 96;

    /** From here on a number has one digit after the point. */
    private static final double LARGE = 100;

    private final StudyReport report;
    private final HtmlPage page;

    StudyPage(StudyReport report) {
        this.report = report;
        this.page = new HtmlPage("Whence: " + report.title(), "/dev/whence/attributor/study/study.css");
    }

    String html() throws IOException {
        page.add("<h1>%s</h1>", report.title());
        page.add("<ul class=\"facts\">");
        report.facts().forEach(fact -> page.add("<li>%s</li>", fact));
        page.add("</ul>");
        for (Section section : report.sections()) {
            page.section(section.title(), section.text());
            if (!section.table().columns().isEmpty()) {
                table(section.table());
            }
            lines(all(section, Lines.class));
            scatters(all(section, Scatter.class));
            for (PictureRow row : section.pictures()) {
                pictures(row);
            }
            page.add("</section>");
        }
        return page.end();
    }

    private static <T> List<T> all(Section section, Class<T> kind) {
        return section.charts().stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    private void table(Table table) {
        page.add("<div class=\"scroll\"><table class=\"plain study\"><thead><tr>");
        for (int i = 0; i < table.columns().size(); i++) {
            int column = i;
            boolean text = table.rows().stream().anyMatch(row -> row.get(column) instanceof String);
            page.add(
                    "<th class=\"%s\">%s</th>",
                    text ? "text" : "numbers", table.columns().get(i));
        }
        page.add("</tr></thead><tbody>");
        for (List<Object> row : table.rows()) {
            page.add("<tr>");
            row.forEach(cell -> page.add(cell instanceof String ? "<th>%s</th>" : "<td>%s</td>", text(cell)));
            page.add("</tr>");
        }
        page.add("</tbody></table></div>");
    }

    private static String text(Object cell) {
        if (cell instanceof Double value) {
            return number(value);
        }
        return cell instanceof Number whole ? String.format(Locale.ROOT, "%,d", whole.longValue()) : cell.toString();
    }

    private static String number(double value) {
        if (!Double.isFinite(value)) {
            return HtmlPage.number(Double.NaN);
        }
        return Math.abs(value) >= LARGE ? String.format(Locale.ROOT, "%,.1f", value) : HtmlPage.number(value);
    }

    private void lines(List<Lines> charts) {
        if (charts.isEmpty()) {
            return;
        }
        page.add("<div class=\"charts wide\">");
        for (Lines chart : charts) {
            page.add("<div><h3>%s</h3>", chart.title());
            LineChart.draw(page, chart);
            legend(chart.series().stream().map(Series::name).toList());
            page.add("</div>");
        }
        page.add("</div>");
    }

    private void scatters(List<Scatter> charts) {
        if (charts.isEmpty()) {
            return;
        }
        List<String> classes = charts.stream()
                .flatMap(chart -> chart.classes().stream())
                .distinct()
                .toList();
        page.add("<div class=\"charts\">");
        for (Scatter chart : charts) {
            page.add("<div><h3>%s</h3>", chart.title());
            ScatterChart.draw(page, chart, classes);
            page.add("</div>");
        }
        page.add("</div>");
        legend(classes);
    }

    private void legend(List<String> names) {
        page.add("<p class=\"legend\">");
        for (int i = 0; i < names.size(); i++) {
            Mark mark = new Mark(i);
            page.add(
                    "<span><svg class=\"key %s\" viewBox=\"-5 -5 10 10\"><path class=\"mark\" d=\"%s\"/></svg>%s</span>",
                    mark.style(), mark.path(0, 0), names.get(i));
        }
        page.add("</p>");
    }

    private void pictures(PictureRow row) throws IOException {
        page.add("<div class=\"pictures\"><h3>%s</h3>", row.label());
        for (Picture picture : row.pictures()) {
            int shown = picture.size() * Math.max(1, Math.round((float) SHOWN / picture.size()));
            page.add(
                    "<figure><img width=\"%d\" height=\"%d\" alt=\"%s\" src=\"data:image/png;base64,%s\"><figcaption>%s</figcaption></figure>",
                    shown, shown, picture.caption(), png(picture), picture.caption());
        }
        page.add("</div>");
    }

    private static String png(Picture picture) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(RgbPicture.of(picture.rgb(), picture.size()), "png", bytes)) {
            throw new IOException("This Java cannot write PNG");
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
