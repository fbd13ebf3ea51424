package dev.whence.attributor.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whence.attributor.study.StudyReport.Chart;
import dev.whence.attributor.study.StudyReport.Lines;
import dev.whence.attributor.study.StudyReport.Picture;
import dev.whence.attributor.study.StudyReport.PictureRow;
import dev.whence.attributor.study.StudyReport.Scatter;
import dev.whence.attributor.study.StudyReport.Section;
import dev.whence.attributor.study.StudyReport.Series;
import dev.whence.attributor.study.StudyReport.Table;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyReportTest {
    private static final String SCRIPT = "<script>alert('x')</script>\"&";
    private static final String ESCAPED = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;";
    private static final Table NO_TABLE = new Table(List.of(), List.of());

    @TempDir
    Path folder;

    @Test
    void reportJsonHasTheFigures() throws IOException {
        Table table = new Table(
                List.of("space", "images", "bytes", "AUROC"),
                List.of(List.of("RGB", 12, 5_000_000_000L, 0.123456789), List.of("FREQ", 0, 1L, Double.NaN)));
        Section section = section(
                table,
                new Lines("By quality", "quality", "AUROC", List.of(series(new double[] {30, 95}, 0.5, Double.NaN))),
                new Scatter("Map", List.of("a", "b"), new int[] {1, 0}, new double[][] {{1.23456, -2}, {0.0004, 1e6}}));
        JsonNode json = json(new StudyReport("A study", List.of("seed 7", "2 cores"), List.of(section)));

        assertThat(json.fieldNames()).toIterable().containsExactly("title", "facts", "sections");
        assertThat(json.at("/title").asText()).isEqualTo("A study");
        assertThat(json.at("/facts").toString()).isEqualTo("[\"seed 7\",\"2 cores\"]");
        assertThat(json.at("/sections/0").fieldNames()).toIterable().containsExactly("id", "title", "rows", "charts");
        assertThat(json.at("/sections/0/rows").toString())
                .isEqualTo("[{\"space\":\"RGB\",\"images\":12,\"bytes\":5000000000,\"AUROC\":0.123456789},"
                        + "{\"space\":\"FREQ\",\"images\":0,\"bytes\":1,\"AUROC\":null}]");
        assertThat(json.at("/sections/0/charts/0").toString())
                .isEqualTo("{\"title\":\"By quality\",\"x\":\"quality\",\"y\":\"AUROC\","
                        + "\"series\":[{\"name\":\"s\",\"x\":[30.0,95.0],\"y\":[0.5,null]}]}");
        assertThat(json.at("/sections/0/charts/1").toString())
                .isEqualTo("{\"title\":\"Map\",\"classes\":[\"a\",\"b\"],\"labels\":[1,0],"
                        + "\"points\":[[1.235,-2.0],[0.0,1000000.0]]}");
    }

    @Test
    void csvIsQuotedAndNoStringIsAFormula() throws IOException {
        Table table = new Table(
                List.of("name", "=SUM(A1)", "figure"),
                List.of(
                        List.of("a,b", 1, -0.5),
                        List.of("say \"hi\"", 2L, Double.NaN),
                        List.of("two\nlines", 3, Double.NEGATIVE_INFINITY),
                        List.of("=1+1", 4, 1e-7),
                        List.of("+1", 5, 1.0),
                        List.of("-1,\"2\"", 6, 1.0),
                        List.of("@x", "\t=1", 1.0),
                        List.of("", "a=b", 1.0)));
        Path written = write(new StudyReport("s", List.of(), List.of(section(table))));
        assertThat(Files.readString(written.resolve("answer-1.csv")))
                .isEqualTo("""
                        name,'=SUM(A1),figure
                        "a,b",1,-0.5
                        "say ""hi""\",2,
                        "two\\nlines",3,
                        '=1+1,4,1.0E-7
                        '+1,5,1.0
                        "'-1,""2""\",6,1.0
                        '@x,'\t=1,1.0
                        ,a=b,1.0
                        """.replace("\n", "\r\n").replace("\\n", "\n"));
    }

    @Test
    void aSectionWithoutTableHasNoCsv() throws IOException {
        Path written = write(new StudyReport("s", List.of(), List.of(section(NO_TABLE))));
        try (Stream<Path> files = Files.list(written)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("report.json", "report.html");
        }
        assertThat(Files.readString(written.resolve("report.html"))).doesNotContain("<table");
    }

    @Test
    void thePageEscapesEveryStringAndLoadsNothing() throws IOException {
        Section section = new Section(
                "s",
                SCRIPT,
                SCRIPT,
                new Table(List.of(SCRIPT), List.of(List.of(SCRIPT))),
                List.of(
                        new Lines(SCRIPT, SCRIPT, SCRIPT, List.of(new Series(SCRIPT, new double[1], new double[1]))),
                        new Scatter(SCRIPT, List.of(SCRIPT), new int[1], new double[1][2])),
                List.of(new PictureRow(SCRIPT, List.of(new Picture(SCRIPT, 1, new byte[3])))));
        String page = page(new StudyReport(SCRIPT, List.of(SCRIPT), List.of(section)));

        // title, h1, fact; h2, text; column, cell; lines: h3, aria, x, y, series, legend; scatter: h3, aria, class,
        // legend; row, alt, caption
        assertThat(matches(Pattern.quote(ESCAPED), page)).hasSize(20);
        assertThat(page).doesNotContain("<script", "alert('x')", "href=", "url(", "@import");
        assertThat(matches("src=\"(?!data:image/png;base64,)", page)).isEmpty();
    }

    @Test
    void numbersOfThePageAreShort() throws IOException {
        Table table = new Table(
                List.of("a", "b", "c", "d", "e", "f"),
                List.of(List.of(0.12345, 99.9994, 1234.56, -100.0, Double.NaN, 1_234_567)));
        assertThat(matches("<td>([^<]*)</td>", page(new StudyReport("s", List.of(), List.of(section(table)))))
                        .map(cell -> cell.group(1)))
                .containsExactly("0.123", "99.999", "1,234.6", "-100.0", "n/a", "1,234,567");
    }

    /** The axes run from 20 to 100 and from 0.6 to 1; the plot is 480 x 240 with its upper left corner at 64, 10. */
    @Test
    void aLineGoesThroughItsPoints() throws IOException {
        Lines lines = new Lines("t", "x", "y", List.of(series(new double[] {30, 50, 95}, 0.62, 0.8, 0.97)));
        String page = page(new StudyReport("s", List.of(), List.of(section(NO_TABLE, lines))));
        assertThat(polylines(page)).containsExactly("124.0,238.0 244.0,130.0 514.0,28.0");
        assertThat(matches("<path class=\"mark\"", svg("lines", page).get(0))).hasSize(3);
        assertThat(matches("text-anchor=\"end\">([^<]*)<", page).map(tick -> tick.group(1)))
                .containsExactly("0.6", "0.7", "0.8", "0.9", "1.0");
    }

    @Test
    void aLineIsBrokenWhereItHasNoFigure() throws IOException {
        Lines lines = new Lines(
                "t", "x", "y", List.of(series(new double[] {0, 1, 2, 3, 4}, 0, Double.NaN, 1, 0, Double.NaN)));
        String page = page(new StudyReport("s", List.of(), List.of(section(NO_TABLE, lines))));
        assertThat(polylines(page)).containsExactly("64.0,250.0", "304.0,10.0 424.0,250.0");
        assertThat(matches("<path class=\"mark\"", svg("lines", page).get(0))).hasSize(3);
        assertThat(page).doesNotContain("NaN");
    }

    /** The wider direction, 10, fills 300 of 320: 30 a unit about the middle, (5, 2.5). */
    @Test
    void aScatterChartHasAMarkForEachPoint() throws IOException {
        Scatter scatter = new Scatter("t", List.of("a", "b"), new int[] {0, 1, 1, 0}, new double[][] {
            {0, 0}, {10, 0}, {0, 5}, {Double.NaN, 0}
        });
        String page = page(new StudyReport("s", List.of(), List.of(section(NO_TABLE, scatter))));
        assertThat(matches(
                                "<path class=\"mark\" d=\"(M[^m]*)m",
                                svg("scatter", page).get(0))
                        .map(mark -> mark.group(1)))
                .containsExactly("M10.0 235.0", "M310.0 235.0", "M10.0 85.0");
    }

    @Test
    void aClassLooksTheSameInAllChartsAndInTheOneLegend() throws IOException {
        Scatter first = new Scatter("1", List.of("a", "b"), new int[] {0}, new double[][] {{0, 0}});
        Scatter second = new Scatter("2", List.of("b", "c"), new int[] {0}, new double[][] {{0, 0}});
        String page = page(new StudyReport("s", List.of(), List.of(section(NO_TABLE, first, second))));
        assertThat(matches("<g class=\"([^\"]*)\"><title>(\\w)<", page).map(g -> g.group(2) + " " + g.group(1)))
                .containsExactly("a c0 s0", "b c1 s0", "b c1 s0", "c c2 s0");
        assertThat(matches("<svg class=\"key ([^\"]*)\".*</svg>(\\w)<", page)
                        .map(key -> key.group(2) + " " + key.group(1)))
                .containsExactly("a c0 s0", "b c1 s0", "c c2 s0");
    }

    @Test
    void twelveClassesAndMoreAreDifferentMarks() {
        assertThat(IntStream.range(0, 28).mapToObj(i -> new Mark(i).style() + new Mark(i).path(0, 0)))
                .doesNotHaveDuplicates();
        assertThat(IntStream.range(0, 28).mapToObj(i -> new Mark(i).path(0, 0)).distinct())
                .hasSize(4);
    }

    @Test
    void aPictureIsItsPixels() throws IOException {
        byte[] rgb = new byte[3 * 3 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * 9 + 3);
        }
        Section section = new Section(
                "s", "t", "", NO_TABLE, List.of(), List.of(new PictureRow("r", List.of(new Picture("p", 3, rgb)))));
        String page = page(new StudyReport("s", List.of(), List.of(section)));
        assertThat(page).contains("width=\"96\" height=\"96\"").contains("image-rendering: pixelated");
        String data = matches("src=\"data:image/png;base64,([^\"]*)\"", page)
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();
        BufferedImage image =
                ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(data)));
        assertThat(List.of(image.getWidth(), image.getHeight())).containsExactly(3, 3);
        for (int y = 0; y < 3; y++) {
            for (int x = 0; x < 3; x++) {
                int at = 3 * (3 * y + x);
                assertThat(image.getRGB(x, y) & 0xffffff)
                        .isEqualTo(((at * 9 + 3) & 0xff) << 16 | ((at * 9 + 12) & 0xff) << 8 | ((at * 9 + 21) & 0xff));
            }
        }
    }

    @Test
    void rejectsWhatDoesNotFitTogether() {
        rejects("1 cells in a table of 2 columns", () -> new Table(List.of("a", "b"), List.of(List.of(1))));
        rejects("not a java.lang.Float", () -> new Table(List.of("a"), List.of(List.of(1f))));
        rejects("Two columns", () -> new Table(List.of("a", "a"), List.of()));
        rejects("2 x and 1 y", () -> series(new double[2], 1));
        rejects("1 labels and 2 points", () -> new Scatter("t", List.of("a"), new int[1], new double[2][2]));
        rejects("a label 1", () -> new Scatter("t", List.of("a"), new int[] {1}, new double[1][2]));
        rejects("a point of 3", () -> new Scatter("t", List.of("a"), new int[1], new double[1][3]));
        rejects("2 x 2 has 11 bytes", () -> new Picture("p", 2, new byte[11]));
        rejects("small letters", () -> new Section("../x", "t", "", NO_TABLE, List.of(), List.of()));
        rejects("Two sections", () -> new StudyReport("t", List.of(), List.of(section(NO_TABLE), section(NO_TABLE))));
    }

    private static void rejects(String message, Runnable made) {
        assertThatIllegalArgumentException().isThrownBy(made::run).withMessageContaining(message);
    }

    private static Section section(Table table, Chart... charts) {
        return new Section("answer-1", "Answer", "", table, List.of(charts), List.of());
    }

    private static Series series(double[] x, double... y) {
        return new Series("s", x, y);
    }

    private Path write(StudyReport report) throws IOException {
        Path out = folder.resolve("new/folder");
        report.write(out);
        return out;
    }

    private String page(StudyReport report) throws IOException {
        return Files.readString(write(report).resolve("report.html"));
    }

    private JsonNode json(StudyReport report) throws IOException {
        return new ObjectMapper().readTree(write(report).resolve("report.json").toFile());
    }

    private static Stream<String> polylines(String page) {
        return matches("<polyline points=\"([^\"]*)\"", page).map(line -> line.group(1));
    }

    private static List<String> svg(String kind, String page) {
        return matches("(?s)<svg class=\"" + kind + "\".*?</svg>", page)
                .map(MatchResult::group)
                .toList();
    }

    private static Stream<MatchResult> matches(String pattern, String page) {
        return Pattern.compile(pattern).matcher(page).results();
    }
}
