package dev.whence.infra.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whence.attributor.EncodedImage;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.reference.Reference.RealImage;
import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.ingest.ImageSource;
import dev.whence.ingest.SourceImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the demo ships: its model, the reference it was trained against, images of a generator that it knows. */
final class DemoImages {
    static final Path MODEL = Path.of("demo/model");

    private static final Path PACK = Path.of("demo/pack");

    private static final ObjectMapper JSON = new ObjectMapper();

    private DemoImages() {}

    static Path buildReference(Path folder, ReferenceStore store) throws Exception {
        return buildReference("reference.zip", folder, store);
    }

    /** Another one, of other images. */
    static Path buildOtherReference(Path folder) throws Exception {
        return buildReference("real.zip", folder, new ReferenceStore.Embedded());
    }

    private static Path buildReference(String images, Path folder, ReferenceStore store) throws Exception {
        ModelBundle model = ModelBundle.open(MODEL);
        Reference.build(
                sources(images).stream()
                        .map(image -> new RealImage(new EncodedImage(image.path(), bytes(image)), "demo"))
                        .iterator(),
                folder,
                new Reference.Settings("demo", model.manifest().size(), View.spaces(model.views()), 2),
                store,
                n -> {});
        return folder;
    }

    /** The demo's model under another version: other identity, same answers. */
    static Path modelOfVersion(String version, Path folder) throws IOException {
        return model(folder, manifest -> manifest.put("version", version));
    }

    /** The demo's model as if it was trained against a reference that is nowhere. */
    static Path modelOfReference(String name, Path folder) throws IOException {
        return model(folder, manifest -> bind(manifest, name, "0".repeat(12), "0".repeat(64)));
    }

    /** The demo's model under another version and against another reference, its generators under each other's names. */
    static Path otherModel(String version, Path reference, Path folder) throws IOException {
        try (Reference other = Reference.open(reference, 1)) {
            return model(folder, manifest -> {
                bind(manifest.put("version", version), other.name(), other.version(), other.sha256());
                ArrayNode classes = manifest.withArrayProperty("classes");
                JsonNode last = classes.remove(classes.size() - 1);
                classes.insert(1, last);
            });
        }
    }

    private static void bind(ObjectNode manifest, String name, String version, String sha256) {
        manifest.withObjectProperty("reference")
                .put("name", name)
                .put("version", version)
                .put("sha256", sha256);
    }

    /** The demo's model, but that it cannot embed a batch with an image that is white all over ({@link Images#white}). */
    static Path modelThatFailsOnWhite(Path folder) throws IOException {
        byte[] graph = FailingGraph.failsOnWhite(Files.readAllBytes(MODEL.resolve(ModelBundle.EMBED)));
        model(
                folder,
                manifest -> manifest.put("version", "fails-on-white")
                        .withObjectProperty("files")
                        .put(ModelBundle.EMBED, Hashes.sha256(graph)));
        Files.write(folder.resolve(ModelBundle.EMBED), graph);
        return folder;
    }

    private static Path model(Path folder, Consumer<ObjectNode> change) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(MODEL)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Path manifest = folder.resolve("model.json");
        ObjectNode json = (ObjectNode) JSON.readTree(manifest.toFile());
        change.accept(json);
        Files.writeString(manifest, json.toPrettyString());
        return folder;
    }

    /** Images of this generator from the given one on. Every tenth is none, and becomes a dead letter. */
    static List<byte[]> withBrokenOnes(String generator, int from, int count) throws Exception {
        List<byte[]> images = new ArrayList<>();
        for (SourceImage image : sources("known/%s.zip".formatted(generator)).subList(from, from + count * 9 / 10)) {
            images.add(bytes(image));
        }
        IntStream.range(0, count / 10).forEach(i -> images.add(10 * i, broken(generator, from + i)));
        return images;
    }

    private static byte[] broken(String generator, int number) {
        return "not an image: %s %d".formatted(generator, number).getBytes(StandardCharsets.UTF_8);
    }

    private static List<SourceImage> sources(String name) throws Exception {
        List<SourceImage> images = new ArrayList<>();
        try (ImageSource source = ImageSource.open(PACK.resolve(name))) {
            source.forEachRemaining(images::add);
        }
        return images;
    }

    private static byte[] bytes(SourceImage image) {
        return ((SourceImage.Bytes) image.content()).bytes();
    }
}
