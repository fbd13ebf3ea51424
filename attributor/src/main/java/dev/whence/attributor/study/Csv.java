package dev.whence.attributor.study;

import java.util.List;
import java.util.stream.Collectors;

/** A table as RFC 4180 has it, its header first. */
final class Csv {
    /** A spreadsheet takes text that begins with one of these for a formula. */
    private static final String FORMULA = "=+-@\t\r";

    private Csv() {}

    static String of(StudyReport.Table table) {
        StringBuilder csv = new StringBuilder(line(table.columns()));
        table.rows().forEach(row -> csv.append(line(row)));
        return csv.toString();
    }

    private static String line(List<?> cells) {
        return cells.stream().map(Csv::cell).collect(Collectors.joining(",", "", "\r\n"));
    }

    private static String cell(Object cell) {
        if (cell instanceof String text) {
            return quoted(!text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text);
        }
        return StudyReport.isFigure(cell) ? cell.toString() : "";
    }

    private static String quoted(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
