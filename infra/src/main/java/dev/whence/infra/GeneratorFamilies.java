package dev.whence.infra;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The kinds of the generators (gan, flow, ...), where a {@code generators.yaml} in their folder or beside it tells them. */
final class GeneratorFamilies {
    private static final String FILE = "generators.yaml";

    private GeneratorFamilies() {}

    /** The family of each name; empty where no file says one. */
    static Map<String, Optional<String>> of(Collection<String> generators, Path folder) throws CommandFailedException {
        JsonNode designs = designs(folder);
        Map<String, Optional<String>> families = new TreeMap<>();
        for (String generator : generators) {
            JsonNode family = designs.path("generators").path(generator).path("family");
            families.put(generator, family.isTextual() ? Optional.of(family.textValue()) : Optional.empty());
        }
        return families;
    }

    private static JsonNode designs(Path folder) throws CommandFailedException {
        Path absolute = folder.toAbsolutePath().normalize();
        Optional<Path> file = Stream.of(absolute.resolve(FILE), absolute.resolveSibling(FILE))
                .filter(Files::isRegularFile)
                .findFirst();
        if (file.isEmpty()) {
            return new YAMLMapper().createObjectNode();
        }
        try {
            return new YAMLMapper().readTree(file.get().toFile());
        } catch (JsonProcessingException e) {
            throw new CommandFailedException(
                    "%s is no YAML (%s): correct it or take it away".formatted(file.get(), e.getOriginalMessage()));
        } catch (IOException e) {
            throw new CommandFailedException("%s cannot be read: %s".formatted(file.get(), e.getMessage()));
        }
    }
}
