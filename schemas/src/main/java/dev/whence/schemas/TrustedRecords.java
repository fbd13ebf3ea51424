package dev.whence.schemas;

import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.util.ClassSecurityValidator;
import org.jspecify.annotations.NullMarked;

/**
 * Avro instantiates a class that a schema names only if the program trusts it, and since 1.12.2 trusts no generated
 * record of anyone by itself. This adds the contract's records, by name and nothing else, to what is trusted already.
 */
@NullMarked
final class TrustedRecords {
    static {
        ClassSecurityValidator.Builder ours = ClassSecurityValidator.builder();
        for (Topic topic : Topic.values()) {
            addTo(ours, SpecificData.get().getSchema(topic.valueType()));
        }
        if (!ClassSecurityValidator.getGlobal().isTrusted(ProvenanceEvent.class)) {
            ClassSecurityValidator.setGlobal(
                    ClassSecurityValidator.composite(ClassSecurityValidator.getGlobal(), ours.build()));
        }
    }

    private TrustedRecords() {}

    /** Does nothing but make sure that this class is initialized. */
    static void install() {}

    private static void addTo(ClassSecurityValidator.Builder trusted, Schema schema) {
        switch (schema.getType()) {
            case RECORD -> {
                trusted.add(schema.getFullName());
                schema.getFields().forEach(field -> addTo(trusted, field.schema()));
            }
            case ENUM -> trusted.add(schema.getFullName());
            case ARRAY -> addTo(trusted, schema.getElementType());
            case UNION -> schema.getTypes().forEach(branch -> addTo(trusted, branch));
            default -> {}
        }
    }
}
