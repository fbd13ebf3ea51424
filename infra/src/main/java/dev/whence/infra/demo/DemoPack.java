package dev.whence.infra.demo;

import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.bundle.ModelManifest;
import dev.whence.ingest.ImageSource;
import dev.whence.ingest.SourceImage;
import dev.whence.schemas.ImageId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The images and the bundle that the repository ships: see infra/demo/ORIGIN.md.
 *
 * @param folder holds {@code pack} and {@code model}
 */
public record DemoPack(Path folder) {

    /** An image of the stream; its id tells its truth to the scoreboard, its file's name tells nobody. */
    private record Streamed(String id, String truth, byte[] bytes) {}

    public boolean exists() {
        return Files.isRegularFile(reference()) && Files.isDirectory(model());
    }

    Path model() {
        return folder.resolve("model");
    }

    Path reference() {
        return pack("reference.zip");
    }

    private Path pack(String name) {
        return folder.resolve("pack").resolve(name);
    }

    /**
     * Writes images that the bundle never saw, as many of each class, and the broken files among them.
     *
     * @param images how many images that are not broken
     * @return the true class of each by its id
     */
    Map<String, String> writeStream(int images, Path out) throws IOException {
        ModelBundle bundle = ModelBundle.open(model());
        List<String> classes = bundle.manifest().classes().stream()
                .map(ModelManifest.SourceClass::name)
                .toList();
        int ofEach = Math.max(1, images / classes.size());
        List<Streamed> stream = new ArrayList<>();
        for (String truth : classes) {
            Path source = pack(truth.equals(ModelManifest.REAL) ? "real.zip" : "known/" + truth + ".zip");
            stream.addAll(read(source, truth, bundle, ofEach));
        }
        stream.addAll(read(pack("broken.zip"), Scoreboard.BROKEN, bundle, Integer.MAX_VALUE));
        // A hash is a shuffle that is the same every time.
        stream.sort(Comparator.comparing(Streamed::id));
        Map<String, String> truthOfId = new LinkedHashMap<>();
        Files.createDirectories(out);
        for (Streamed image : stream) {
            Files.write(out.resolve("%05d.image".formatted(truthOfId.size())), image.bytes);
            truthOfId.put(image.id, image.truth);
        }
        return truthOfId;
    }

    private static List<Streamed> read(Path source, String truth, ModelBundle bundle, int atMost) throws IOException {
        List<Streamed> images = new ArrayList<>();
        try (ImageSource members = ImageSource.open(source)) {
            while (images.size() < atMost && members.hasNext()) {
                if (members.next().content() instanceof SourceImage.Bytes image) {
                    String id = ImageId.of(image.bytes());
                    if (!bundle.hasSeen(id)) {
                        images.add(new Streamed(id, truth, image.bytes()));
                    }
                }
            }
        }
        return images;
    }
}
