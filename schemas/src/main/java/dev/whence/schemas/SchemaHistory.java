package dev.whence.schemas;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.NullMarked;

/**
 * The frozen versions of the contract. Each lives in a folder of its own under {@code src/test/resources/history}, from
 * where the build copies it onto the class path: what was once written stays readable.
 */
@NullMarked
final class SchemaHistory {
    /** Frozen versions, oldest first. Add to it whenever a version is released; never change a folder afterwards. */
    static final List<String> VERSIONS = List.of("v1", "v2");

    private SchemaHistory() {}

    /** The frozen schemas of a record, oldest first; versions that did not have the record yet are left out. */
    static List<Schema> of(Class<?> type) {
        List<Schema> schemas = new ArrayList<>();
        for (String version : VERSIONS) {
            String resource = "history/" + version + "/" + type.getSimpleName() + ".avsc";
            try (InputStream frozen = SchemaHistory.class.getResourceAsStream(resource)) {
                if (frozen != null) {
                    schemas.add(new Schema.Parser().parse(frozen));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("The frozen schema " + resource + " cannot be read", e);
            }
        }
        return List.copyOf(schemas);
    }
}
