package dev.whence.infra.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;

/** What may know what. Every rule says how to hold to it, for that is what its failure prints. */
@SuppressWarnings("ImmutableEnumChecker") // ArchUnit does not mark its rules, but nothing changes them
enum Rule {
    SCHEMAS_KNOW_NOTHING_OF_OURS(
            modulesOtherThan("schemas"),
            "the contract stands alone: move the code to the module that needs it, or pass the value in"),
    VECTOR_STORE_KNOWS_NOTHING_OF_OURS(
            modulesOtherThan("vectorstore"),
            "a reference collection holds vectors and ids only: convert to those in the attributor"),
    ATTRIBUTOR_KNOWS_ONLY_THE_VECTOR_STORE(
            modulesOtherThan("attributor", "vectorstore"),
            "the attributor is a library without a stream: convert events in stream-processor"),
    INGEST_KNOWS_ONLY_THE_SCHEMAS(
            modulesOtherThan("ingest", "schemas"),
            "ingest publishes bytes and attributes nothing: the decoding belongs to the job behind whence.images"),
    STREAM_PROCESSOR_KNOWS_NEITHER_INGEST_NOR_INFRA(
            modulesOtherThan("stream", "schemas", "attributor", "vectorstore"),
            "the job meets ingest on a topic, and infra starts the job: pass what it needs in its settings"),
    FLINK_ONLY_IN_STREAM_PROCESSOR_INGEST_AND_INFRA(
            only("org.apache.flink..", "dev.whence.stream..", "dev.whence.ingest..", "dev.whence.infra.."),
            "everything else runs without Flink: put the Flink side into stream-processor"),
    KAFKA_ONLY_WHERE_THE_STREAM_IS(
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "dev.whence.schemas..", "dev.whence.stream..", "dev.whence.ingest..", "dev.whence.infra..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.apache.kafka..", "kafka.."),
            "serdes and topics live in schemas, producers in ingest, the job in stream-processor: call those"),
    MILVUS_ONLY_IN_ITS_ENGINE(
            only("io.milvus..", "dev.whence.vectorstore.milvus.."),
            "speak to a ReferenceCollection, and put what Milvus needs into dev.whence.vectorstore.milvus"),
    INFERENCE_ONLY_IN_ATTRIBUTOR_AND_EMBEDDED_ENGINE(
            noClasses()
                    .that()
                    .resideOutsideOfPackages("dev.whence.attributor..", "dev.whence.vectorstore")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("ai.djl..", "ai.onnxruntime..", "ai.onnx.."),
            "call the Attributor; what it lacks belongs to attributor"),
    ENVIRONMENT_ONLY_IN_INFRA(
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.whence.infra..")
                    .should()
                    .callMethodWhere(target(describe(
                            "System.getenv",
                            target -> target.getOwner().isEquivalentTo(System.class)
                                    && target.getName().equals("getenv")))),
            "take the value as a parameter and let a command of infra read it, so that docs/configuration.md knows it");

    private final ArchRule rule;

    Rule(ArchRule rule, String howToHoldToIt) {
        this.rule = rule.because(howToHoldToIt).allowEmptyShould(true);
    }

    ArchRule rule() {
        return rule;
    }

    private static ArchRule only(String types, String... packages) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .and()
                .resideOutsideOfPackage(types)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(types);
    }

    private static ArchRule modulesOtherThan(String module, String... known) {
        String[] others = Stream.of("schemas", "vectorstore", "attributor", "ingest", "stream", "infra")
                .filter(other -> !other.equals(module) && !List.of(known).contains(other))
                .map("dev.whence.%s.."::formatted)
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage("dev.whence.%s..".formatted(module))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others);
    }
}
