package dev.whence.infra.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.whence.attributor.wrong.ReadsTheEnvironment;
import dev.whence.attributor.wrong.UsesAStream;
import dev.whence.ingest.wrong.UsesAnAttributor;
import dev.whence.schemas.wrong.UsesAVectorStore;
import dev.whence.stream.wrong.UsesIngest;
import dev.whence.vectorstore.wrong.UsesAnEngineOfAnotherPackage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ArchitectureTest {
    private static final JavaClasses SHIPPED = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.whence");

    @ParameterizedTest
    @EnumSource
    void shippedClassesHoldTo(Rule rule) {
        rule.rule().check(SHIPPED);
    }

    @Test
    void seesTheClassesOfEveryModule() {
        Stream.of("schemas", "vectorstore", "attributor", "ingest", "stream", "infra")
                .forEach(module -> assertThat(SHIPPED)
                        .as(module)
                        .anyMatch(found -> found.getPackageName().startsWith("dev.whence." + module)));
    }

    @ParameterizedTest
    @MethodSource
    void aWrongClassIsCaught(Rule rule, Class<?> wrong) {
        JavaClasses classes = new ClassFileImporter().importClasses(wrong);
        assertThatThrownBy(() -> rule.rule().check(classes))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(wrong.getSimpleName())
                .hasMessageContaining("because");
    }

    static Stream<Arguments> aWrongClassIsCaught() {
        return Stream.of(
                Arguments.of(Rule.SCHEMAS_KNOW_NOTHING_OF_OURS, UsesAVectorStore.class),
                Arguments.of(Rule.VECTOR_STORE_KNOWS_NOTHING_OF_OURS, UsesAnEngineOfAnotherPackage.class),
                Arguments.of(Rule.ATTRIBUTOR_KNOWS_ONLY_THE_VECTOR_STORE, UsesAStream.class),
                Arguments.of(Rule.INGEST_KNOWS_ONLY_THE_SCHEMAS, UsesAnAttributor.class),
                Arguments.of(Rule.STREAM_PROCESSOR_KNOWS_NEITHER_INGEST_NOR_INFRA, UsesIngest.class),
                Arguments.of(Rule.FLINK_ONLY_IN_STREAM_PROCESSOR_INGEST_AND_INFRA, UsesAStream.class),
                Arguments.of(Rule.KAFKA_ONLY_WHERE_THE_STREAM_IS, UsesAStream.class),
                Arguments.of(Rule.MILVUS_ONLY_IN_ITS_ENGINE, UsesAnEngineOfAnotherPackage.class),
                Arguments.of(Rule.INFERENCE_ONLY_IN_ATTRIBUTOR_AND_EMBEDDED_ENGINE, UsesAnEngineOfAnotherPackage.class),
                Arguments.of(Rule.ENVIRONMENT_ONLY_IN_INFRA, ReadsTheEnvironment.class));
    }
}
