package dev.whence.attributor.study;

import java.util.List;
import java.util.Locale;

/**
 * How the classes or series of a chart are told apart: by the colours of Okabe and Ito, which colour-blind readers can tell apart too,
 * without the yellow, which is lost on white; the next seven have the same colours and another shape or stroke, and so on to
 * {@code 7 * 4}, from where on they repeat.
 *
 * @param index of the class or series
 */
record Mark(int index) {
    private static final int COLOURS = 7;

    /** A circle, a triangle, a square and a diamond about the point where the path stands, of about the same area. */
    private static final List<String> SHAPES = List.of(
            "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
            "m0-4.2l3.7 6.3h-7.4z",
            "m-2.7-2.7h5.4v5.4h-5.4z",
            "m0-3.8l3.8 3.8-3.8 3.8-3.8-3.8z");

    /** Classes of the style sheet: the colour and the stroke. */
    String style() {
        return "c%d s%d".formatted(index % COLOURS, shape());
    }

    /** The path of the shape at a point. */
    String path(double x, double y) {
        return String.format(Locale.ROOT, "M%.1f %.1f%s", x, y, SHAPES.get(shape()));
    }

    private int shape() {
        return index / COLOURS % SHAPES.size();
    }
}
