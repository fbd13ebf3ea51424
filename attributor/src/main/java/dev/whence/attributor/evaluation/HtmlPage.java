package dev.whence.attributor.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A page that needs nothing else, no script, no font, no picture from anywhere, in the look that all reports share. */
public final class HtmlPage {
    private final StringBuilder page = new StringBuilder();

    /**
     * Opens the page.
     *
     * @param styles style sheets beside the shared one: absolute names of resources
     */
    public HtmlPage(String title, String... styles) {
        add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
        add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        add("<title>%s</title>", title);
        page.append("<style>\n").append(resource("report.css"));
        for (String style : styles) {
            page.append(resource(style));
        }
        page.append("</style>\n</head>\n<body>\n");
    }

    /**
     * Adds a line. Every string of the outside goes through here as a value, so every string is escaped.
     *
     * @param format HTML or SVG that is ours
     * @param values of the format; strings are escaped for text and for quoted attributes
     */
    public void add(String format, Object... values) {
        Object[] escaped = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            escaped[i] = values[i] instanceof String text ? escape(text) : values[i];
        }
        page.append(String.format(Locale.ROOT, format, escaped)).append('\n');
    }

    /** Opens a section; the caller closes it. */
    public void section(String title, String explanation) {
        add("<section><h2>%s</h2><p>%s</p>", title, explanation);
    }

    /** Closes the page. */
    public String end() {
        add("</body>\n</html>");
        return page.toString();
    }

    /** A figure with three digits after the point; one that is NaN is {@code n/a}. */
    public static String number(double value) {
        return Double.isNaN(value) ? "n/a" : String.format(Locale.ROOT, "%.3f", value);
    }

    /** Adds HTML as it is. */
    void append(String html) {
        page.append(html);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String resource(String name) {
        try (InputStream in = HtmlPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("The attributor was built without its resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the resource " + name, e);
        }
    }
}
