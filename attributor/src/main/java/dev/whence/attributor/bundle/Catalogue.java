package dev.whence.attributor.bundle;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Generators that became known after a bundle was trained, as one JSON file beside it.
 *
 * @param format version of this layout
 * @param version how often it was changed
 * @param model SHA-256 of the bundle; fingerprints of another mean something else
 * @param generators in the order of their enrolment, no name twice
 */
public record Catalogue(int format, int version, String model, List<Enrolled> generators) {
    private static final int FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    public Catalogue {
        Objects.requireNonNull(model, "model");
        generators = List.copyOf(generators);
    }

    /**
     * A generator that was enrolled.
     *
     * @param familyOrNull kind of generator, where known
     * @param prototype mean fingerprint of its images
     * @param images how many those were
     * @param loss share of known images that it may be given
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Enrolled(String name, @Nullable String familyOrNull, float[] prototype, int images, double loss) {
        public Enrolled {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(prototype, "prototype");
            if (images < 1 || !(loss > 0 && loss < 1)) {
                throw new IllegalArgumentException(
                        "%s is enrolled with %d images for a loss of %s".formatted(name, images, loss));
            }
        }

        public Optional<String> family() {
            return Optional.ofNullable(familyOrNull);
        }
    }

    /** One without generators. */
    public static Catalogue empty(ModelBundle bundle) {
        return new Catalogue(FORMAT, 0, bundle.sha256(), List.of());
    }

    /**
     * Reads a catalogue.
     *
     * @throws IllegalArgumentException when it is none that this version can read, or another bundle's
     */
    public static Catalogue read(Path file, ModelBundle bundle) {
        try {
            Catalogue catalogue = JSON.readValue(Files.readAllBytes(file), Catalogue.class);
            if (catalogue.format != FORMAT) {
                throw new IllegalArgumentException("The catalogue %s has format %d, this version reads %d"
                        .formatted(file, catalogue.format, FORMAT));
            }
            if (!catalogue.model.equals(bundle.sha256())) {
                throw new IllegalArgumentException(
                        "The catalogue %s is of another bundle than %s: enroll its generators again with this one"
                                .formatted(file, bundle.manifest().name()));
            }
            int dimension = bundle.prototypes()[0].length;
            if (catalogue.generators.stream().anyMatch(generator -> generator.prototype.length != dimension)) {
                throw new IllegalArgumentException(
                        "The catalogue %s is damaged: a prototype has not %d numbers".formatted(file, dimension));
            }
            return catalogue;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "The catalogue %s is damaged: %s".formatted(file, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("The catalogue %s cannot be read".formatted(file), e);
        }
    }

    /** The next version, with one more generator, or another in the place of the one of its name. */
    public Catalogue with(Enrolled generator) {
        return new Catalogue(
                format,
                version + 1,
                model,
                Stream.concat(
                                generators.stream().filter(other -> !other.name.equals(generator.name)),
                                Stream.of(generator))
                        .toList());
    }

    /** Whether a generator of this name is in it. */
    public boolean holds(String name) {
        return generators.stream().anyMatch(generator -> generator.name.equals(name));
    }

    /** Writes it; whoever reads meanwhile sees the file as it was or as it is. */
    public void write(Path file) {
        Path temporary = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(temporary, JSON.writeValueAsBytes(this));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("The catalogue could not be written to " + file, e);
        }
    }
}
