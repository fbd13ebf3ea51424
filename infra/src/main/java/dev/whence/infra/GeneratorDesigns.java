package dev.whence.infra;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.whence.attributor.study.StudyData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** How the generators were designed, where a {@code generators.yaml} in their folder or beside it tells it. */
final class GeneratorDesigns {
    private static final String FILE = "generators.yaml";
    /** Those that describe a design; the others say where the images come from. */
    private static final Set<String> PROPERTIES = Set.of(
            StudyData.FAMILY,
            "upsampling",
            "downsampling",
            "normalisation",
            "nonlinearity",
            "skip",
            "loss",
            "output",
            "conditional",
            "postprocessing");

    private GeneratorDesigns() {}

    /** The family of each name; empty where no file says one. */
    static Map<String, Optional<String>> families(Collection<String> generators, Path folder)
            throws CommandFailedException {
        Map<String, Map<String, String>> choices = choices(generators, folder);
        Map<String, Optional<String>> families = new TreeMap<>();
        for (String generator : generators) {
            families.put(
                    generator,
                    Optional.ofNullable(
                            choices.getOrDefault(generator, Map.of()).get(StudyData.FAMILY)));
        }
        return families;
    }

    /** What describes a design, property to choice by generator; of several choices the first. What is no text is left out. */
    static Map<String, Map<String, String>> choices(Collection<String> generators, Path folder)
            throws CommandFailedException {
        JsonNode designs = designs(folder);
        Map<String, Map<String, String>> choices = new TreeMap<>();
        for (String generator : generators) {
            designs.path("generators").path(generator).properties().forEach(property -> {
                JsonNode choice =
                        property.getValue().isArray() ? property.getValue().path(0) : property.getValue();
                if (PROPERTIES.contains(property.getKey()) && choice.isTextual()) {
                    choices.computeIfAbsent(generator, name -> new TreeMap<>())
                            .put(property.getKey(), choice.textValue());
                }
            });
        }
        return choices;
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
