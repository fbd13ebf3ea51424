package dev.whence.attributor.evaluation;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** What NumPy, SciPy and scikit-learn said: src/test/resources/evaluation/make_measures.py. */
public final class Recorded {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode MEASURES = read();

    private Recorded() {}

    /**
     * @param path from the root of measures.json, as in {@code /tsne/points}
     */
    public static <T> T value(String path, Class<T> type) {
        return JSON.convertValue(MEASURES.at(JsonPointer.compile(path)), type);
    }

    static double number(String path) {
        return value(path, Double.class);
    }

    private static JsonNode read() {
        try (InputStream in = Recorded.class.getResourceAsStream("/evaluation/measures.json")) {
            if (in == null) {
                throw new IOException("No test resource evaluation/measures.json: run make_measures.py");
            }
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
