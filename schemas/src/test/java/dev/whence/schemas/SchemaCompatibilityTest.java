package dev.whence.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** FULL_TRANSITIVE: today's schemas read all that frozen ones wrote, and the other way round. */
@NullMarked
class SchemaCompatibilityTest {
    private static final Path HISTORY = Path.of("src/test/resources/history");

    @ParameterizedTest
    @EnumSource
    void readsAndIsReadByEveryFrozenVersion(Topic topic) {
        List<Schema> frozen = SchemaHistory.of(topic.valueType());

        assertThat(frozen).isNotEmpty();
        assertThat(frozen)
                .allSatisfy(version ->
                        assertThat(incompatibilities(today(topic), version)).isEmpty());
    }

    @Test
    void knowsEveryFolderOfTheHistory() throws IOException {
        try (Stream<Path> entries = Files.list(HISTORY)) {
            assertThat(entries.filter(Files::isDirectory)
                            .map(folder -> folder.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(SchemaHistory.VERSIONS);
        }
    }

    @Test
    void keepsEveryRecordThatAFrozenVersionHad() throws IOException {
        List<String> today = Stream.of(Topic.values())
                .map(topic -> topic.valueType().getSimpleName() + ".avsc")
                .toList();
        for (String version : SchemaHistory.VERSIONS) {
            try (Stream<Path> files = Files.list(HISTORY.resolve(version))) {
                assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".avsc")))
                        .isSubsetOf(today);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a new field without a default | {"name":"id",         | {"name":"owner","type":"string"},{"name":"id",
            a renamed field               | {"name":"platform",   | {"name":"site",
            a field of another type       | "byteLength","type":"long" | "byteLength","type":"boolean"
            a narrower field              | "byteLength","type":"long" | "byteLength","type":"int"
            a union with one more branch  | "uri","type":["null",       | "uri","type":["null","int",
            """)
    void seesABreakingChange(String change, String from, String to) {
        assertThat(incompatibilities(
                        changed(from, to), SchemaHistory.of(ImageUpload.class).get(0)))
                .as(change)
                .isNotEmpty();
    }

    @Test
    void letsAFieldWithADefaultPass() {
        Schema evolved = changed(
                "{\"name\":\"id\",",
                "{\"name\":\"owner\",\"type\":[\"null\",\"string\"],\"default\":null},{\"name\":\"id\",");

        assertThat(incompatibilities(
                        evolved, SchemaHistory.of(ImageUpload.class).get(0)))
                .isEmpty();
    }

    private static Schema changed(String from, String to) {
        String text = today(Topic.IMAGES)
                .toString()
                .replace("{\"type\":\"string\",\"avro.java.string\":\"String\"}", "\"string\"");
        assertThat(text).as("the text to change").contains(from);
        return new Schema.Parser().parse(text.replace(from, to));
    }

    private static Schema today(Topic topic) {
        return SpecificData.get().getSchema(topic.valueType());
    }

    private static List<Incompatibility> incompatibilities(Schema one, Schema other) {
        List<Incompatibility> both = new ArrayList<>();
        both.addAll(SchemaCompatibility.checkReaderWriterCompatibility(one, other)
                .getResult()
                .getIncompatibilities());
        both.addAll(SchemaCompatibility.checkReaderWriterCompatibility(other, one)
                .getResult()
                .getIncompatibilities());
        return both;
    }
}
