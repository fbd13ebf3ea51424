package dev.whence.attributor.space;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.image.TriangleFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code encoder.json}: what an image encoder is and how images are given to it. With the ONNX graph that it names it makes
 * an encoder folder, an embedding space of its own. Anyone can write one by hand beside a pretrained graph.
 *
 * @param format version of this layout
 * @param name of the space: capital letters, digits and underscores, and none of the built-in spaces
 * @param file of the graph, in the same folder; one input, n x 3 x size x size or n x size x size x 3 floats
 * @param sha256 of that file, 64 lower-case hex digits
 * @param size side length of the graph's square input, in pixels
 * @param layout of the graph's input
 * @param mean of red, green and blue, taken from values in [0, 1]
 * @param deviation of red, green and blue, the divisor after that
 * @param output name of the tensor that is the embedding; null: the graph's first output
 * @param dimension number of components of an embedding
 * @param trainedOn data and settings of the training, for a person
 * @param measured figures of the encoder, for a person
 */
public record EncoderDescription(
        int format,
        String name,
        String file,
        String sha256,
        int size,
        ImageEncoder.Layout layout,
        List<Float> mean,
        List<Float> deviation,
        @Nullable String output,
        int dimension,
        Map<String, String> trainedOn,
        Map<String, Double> measured) {

    public static final int FORMAT = 1;
    /** Name of the file in an encoder folder. */
    public static final String FILE = "encoder.json";

    static final int MAX_SIZE = 1024;
    /** More than any network's penultimate layer; what Milvus takes in a vector. */
    static final int MAX_DIMENSION = 32_768;

    private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]*");
    private static final Pattern PLAIN_FILE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** @throws IllegalArgumentException when a value cannot be used, in one sentence that says which */
    public EncoderDescription {
        require(format == FORMAT, "has the format %d: this version reads %d".formatted(format, FORMAT));
        // Jackson passes null for what the file lacks.
        requirePresent("name", name);
        requireName(name);
        requirePresent("file", file);
        require(
                PLAIN_FILE.matcher(file).matches() && !file.equals(FILE),
                "names the graph '%s': put it into the encoder's folder and write its plain name".formatted(file));
        requirePresent("sha256", sha256);
        require(
                HASH.matcher(sha256).matches(),
                "has the sha256 '%s': write the 64 lower-case hex digits of the graph's file".formatted(sha256));
        require(
                size >= TriangleFilter.SMALLEST_SIDE && size <= MAX_SIZE,
                "has the size %d: write %d to %d pixels".formatted(size, TriangleFilter.SMALLEST_SIDE, MAX_SIZE));
        requirePresent("layout", layout);
        mean = three("mean", mean);
        deviation = three("deviation", deviation);
        require(!deviation.contains(0f) && !deviation.contains(-0f), "has a deviation of 0: images are divided by it");
        require(output == null || !output.isBlank(), "has an empty output: name a tensor, or write null");
        require(
                dimension >= 1 && dimension <= MAX_DIMENSION,
                "has the dimension %d: write 1 to %d".formatted(dimension, MAX_DIMENSION));
        trainedOn = ordered(trainedOn);
        measured = ordered(measured);
    }

    /**
     * Reads the description in an encoder folder.
     *
     * @throws IllegalArgumentException when there is none, or one that cannot be used
     */
    public static EncoderDescription read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    "%s is no encoder's folder, it lacks %s: make one with 'whence train-encoder' or by hand"
                            .formatted(folder, FILE));
        }
        try {
            return JSON.readValue(file.toFile(), EncoderDescription.class);
        } catch (JsonMappingException e) {
            String what = e.getCause() instanceof IllegalArgumentException refused
                    ? String.valueOf(refused.getMessage())
                    : e.getOriginalMessage();
            throw new IllegalArgumentException("%s: %s".formatted(file, what), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("%s is no JSON: %s".formatted(file, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Reads the graph from the folder of this description, whatever it is. */
    byte[] graph(Path folder) {
        Path path = folder.resolve(file);
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "The encoder's graph %s cannot be read: put it beside its %s".formatted(path, FILE), e);
        }
    }

    /** @throws IllegalArgumentException when the bytes are not the graph that is described */
    void requireGraph(byte[] graph) {
        String found = Hashes.sha256(graph);
        if (!found.equals(sha256)) {
            throw new IllegalArgumentException(
                    "%s is not the graph that the encoder %s describes: its SHA-256 is %s, not %s"
                            .formatted(file, name, found, sha256));
        }
    }

    /**
     * Writes an encoder folder, the description last.
     *
     * @throws IllegalArgumentException when the graph is not the one that is described
     */
    public void write(Path folder, byte[] graph) {
        requireGraph(graph);
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve(file), graph);
            Files.write(folder.resolve(FILE), JSON.writeValueAsBytes(this));
        } catch (IOException e) {
            throw new UncheckedIOException("The encoder could not be written to " + folder, e);
        }
    }

    /** Name of the tensor that is the embedding; empty: the graph's first output. */
    public Optional<String> tensor() {
        return Optional.ofNullable(output);
    }

    /** How images are given to the graph. */
    public ImageEncoder.Input input() {
        return new ImageEncoder.Input(size, layout, mean, deviation);
    }

    /** Hash of all that decides an embedding: two descriptions with the same one embed alike. */
    public String embeddingSha256() {
        return Hashes.sha256(String.join(
                "\n",
                sha256,
                Integer.toString(size),
                layout.name(),
                mean.toString(),
                deviation.toString(),
                tensor().orElse(""),
                Integer.toString(dimension)));
    }

    /** @throws IllegalArgumentException when an encoder's space cannot have this name */
    public static void requireName(String name) {
        require(
                NAME.matcher(name).matches(),
                "names its space '%s': use capital letters, digits and underscores".formatted(name));
        require(
                !EmbeddingSpace.isBuiltIn(name),
                "names its space %s, which is built in: choose another name".formatted(name));
    }

    private static List<Float> three(String field, List<Float> values) {
        requirePresent(field, values);
        require(
                values.size() == 3 && values.stream().allMatch(value -> value != null && Float.isFinite(value)),
                "has the %s %s: write three numbers, for red, green and blue".formatted(field, values));
        return List.copyOf(values);
    }

    private static <V> Map<String, V> ordered(@Nullable Map<String, V> values) {
        return values == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    private static void requirePresent(String field, @Nullable Object value) {
        require(value != null, "lacks '%s'".formatted(field));
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException("The encoder's description " + what);
        }
    }
}
