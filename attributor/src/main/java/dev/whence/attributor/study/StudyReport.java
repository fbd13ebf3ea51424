package dev.whence.attributor.study;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a study found, for programs ({@code report.json}), for spreadsheets (a CSV of each table) and for people ({@code report.html}).
 *
 * <p>The names in report.json are stable: {@code title}, {@code facts}, {@code sections} [{{@code id}, {@code title}, {@code rows}
 * [{column: value}], {@code charts}}]. A line chart is {title, x, y, series [{name, x, y}]}, a scatter chart {title, classes, labels,
 * points [[x, y]], rounded to three digits}. A number that is not finite is no figure: null in JSON, empty in CSV, n/a on the page.
 * Every string may come from outside; none is read as HTML, nor as a formula by a spreadsheet.
 *
 * @param facts lines of plain text under the heading: data, seeds, machine
 * @param sections with different ids
 */
public record StudyReport(String title, List<String> facts, List<Section> sections) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    public StudyReport {
        facts = List.copyOf(facts);
        sections = List.copyOf(sections);
        distinct(sections.stream().map(Section::id).toList(), "sections");
    }

    /**
     * A question of the study and its answer.
     *
     * @param id names the table's CSV: small letters, digits and hyphens
     * @param text plain text under the title; may be empty
     * @param table without columns where the section has none: it is then neither shown nor written as CSV
     * @param charts scatter charts share one legend: a class of the same name has the same colour in all
     */
    public record Section(
            String id, String title, String text, Table table, List<Chart> charts, List<PictureRow> pictures) {
        private static final Pattern ID = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

        public Section {
            if (!ID.matcher(id).matches()) {
                throw new IllegalArgumentException(
                        "A section's id is of small letters, digits and single hyphens between them, not " + id);
            }
            charts = List.copyOf(charts);
            pictures = List.copyOf(pictures);
        }
    }

    /**
     * Figures in rows.
     *
     * @param columns different names
     * @param rows a cell for each column: String, Integer, Long or Double
     */
    public record Table(List<String> columns, List<List<Object>> rows) {
        public Table {
            columns = List.copyOf(columns);
            distinct(columns, "columns");
            rows = rows.stream().map(List::copyOf).toList();
            for (List<Object> row : rows) {
                if (row.size() != columns.size()) {
                    throw new IllegalArgumentException("A row has %d cells in a table of %d columns: %s"
                            .formatted(row.size(), columns.size(), row));
                }
                for (Object cell : row) {
                    if (!(cell instanceof String
                            || cell instanceof Integer
                            || cell instanceof Long
                            || cell instanceof Double)) {
                        throw new IllegalArgumentException("A cell is a String, an Integer, a Long or a Double, not a "
                                + cell.getClass().getName());
                    }
                }
            }
        }
    }

    /** A drawing of numbers. */
    public sealed interface Chart permits Lines, Scatter {}

    /**
     * Series over one axis.
     *
     * @param x what the horizontal axis shows
     * @param y what the vertical axis shows
     */
    public record Lines(String title, String x, String y, List<Series> series) implements Chart {
        public Lines {
            series = List.copyOf(series);
        }
    }

    /**
     * A line of a chart.
     *
     * @param x in the order in which the points are joined
     * @param y as many; where one of both is not finite the line is broken
     */
    public record Series(String name, double[] x, double[] y) {
        public Series {
            if (x.length != y.length) {
                throw new IllegalArgumentException(
                        "The series %s has %d x and %d y".formatted(name, x.length, y.length));
            }
        }
    }

    /**
     * Points in the plane, both directions in the same scale.
     *
     * @param labels index in classes of each point
     * @param points {@code [n][2]}; one that is not finite is not drawn
     */
    public record Scatter(String title, List<String> classes, int[] labels, double[][] points) implements Chart {
        public Scatter {
            classes = List.copyOf(classes);
            if (labels.length != points.length) {
                throw new IllegalArgumentException(
                        "The chart %s has %d labels and %d points".formatted(title, labels.length, points.length));
            }
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] < 0 || labels[i] >= classes.size()) {
                    throw new IllegalArgumentException(
                            "The chart %s has %d classes and a label %d".formatted(title, classes.size(), labels[i]));
                }
                if (points[i].length != 2) {
                    throw new IllegalArgumentException(
                            "The chart %s has a point of %d numbers, not 2".formatted(title, points[i].length));
                }
            }
        }
    }

    /** Pictures side by side. */
    public record PictureRow(String label, List<Picture> pictures) {
        public PictureRow {
            pictures = List.copyOf(pictures);
        }
    }

    /**
     * A square picture, shown enlarged where it is small, each pixel as a square.
     *
     * @param size pixels of a side
     * @param rgb size * size * 3 bytes: rows from above, pixels from the left, red, green, blue
     */
    public record Picture(String caption, int size, byte[] rgb) {
        public Picture {
            if (size < 1 || rgb.length != 3L * size * size) {
                throw new IllegalArgumentException(
                        "A picture of %1$d x %1$d has %2$d bytes".formatted(size, rgb.length));
            }
        }
    }

    /**
     * Writes report.json, report.html and SECTION.csv for each section with a table, over older ones.
     *
     * @param folder made where it does not exist
     */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("report.json"), JSON.writeValueAsString(json()) + "\n");
        Files.writeString(folder.resolve("report.html"), new StudyPage(this).html());
        for (Section section : sections) {
            if (!section.table().columns().isEmpty()) {
                Files.writeString(folder.resolve(section.id() + ".csv"), Csv.of(section.table()));
            }
        }
    }

    private ObjectNode json() {
        ObjectNode root = JSON.createObjectNode();
        root.put("title", title);
        root.set("facts", JSON.valueToTree(facts));
        ArrayNode all = root.putArray("sections");
        for (Section section : sections) {
            ObjectNode node = all.addObject();
            node.put("id", section.id()).put("title", section.title());
            ArrayNode rows = node.putArray("rows");
            section.table()
                    .rows()
                    .forEach(row -> put(rows.addObject(), section.table().columns(), row));
            ArrayNode charts = node.putArray("charts");
            section.charts().forEach(chart -> put(charts.addObject(), chart));
        }
        return root;
    }

    private static void put(ObjectNode node, List<String> columns, List<Object> row) {
        for (int i = 0; i < row.size(); i++) {
            node.set(columns.get(i), JSON.valueToTree(isFigure(row.get(i)) ? row.get(i) : null));
        }
    }

    private static void put(ObjectNode node, Chart chart) {
        if (chart instanceof Lines lines) {
            node.put("title", lines.title()).put("x", lines.x()).put("y", lines.y());
            ArrayNode all = node.putArray("series");
            for (Series series : lines.series()) {
                ObjectNode one = all.addObject().put("name", series.name());
                numbers(one.putArray("x"), series.x());
                numbers(one.putArray("y"), series.y());
            }
        } else if (chart instanceof Scatter scatter) {
            node.put("title", scatter.title());
            node.set("classes", JSON.valueToTree(scatter.classes()));
            node.set("labels", JSON.valueToTree(scatter.labels()));
            ArrayNode points = node.putArray("points");
            for (double[] point : scatter.points()) {
                numbers(points.addArray(), rounded(point[0]), rounded(point[1]));
            }
        }
    }

    private static double rounded(double value) {
        return Double.isFinite(value) ? Math.rint(value * 1000) / 1000 : value;
    }

    private static void numbers(ArrayNode array, double... values) {
        for (double value : values) {
            if (Double.isFinite(value)) {
                array.add(value);
            } else {
                array.addNull();
            }
        }
    }

    static boolean isFigure(Object cell) {
        return !(cell instanceof Double value) || Double.isFinite(value);
    }

    private static void distinct(List<String> names, String what) {
        if (new HashSet<>(names).size() != names.size()) {
            throw new IllegalArgumentException("Two %s have the same name: %s".formatted(what, names));
        }
    }
}
