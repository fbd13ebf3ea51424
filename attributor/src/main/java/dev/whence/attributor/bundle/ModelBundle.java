package dev.whence.attributor.bundle;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.openset.KnownFingerprints;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.space.Embedder;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.space.EncoderDescription;
import dev.whence.attributor.space.EncoderSpace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A model bundle: a folder, or the same as one .zip. Every file is in memory and checked against the manifest's hash
 * before anything of it is used.
 */
public final class ModelBundle {
    public static final String EMBED = "embed.onnx";
    public static final String ATTRIBUTE = "attribute.onnx";
    static final String MANIFEST = "model.json";
    static final String PROTOTYPES = "prototypes.f32";
    static final String FINGERPRINTS = "fingerprints.f32";
    static final String SEEN = "seen.u64";
    static final String CARD = "MODEL_CARD.md";
    private static final List<String> FILES = List.of(EMBED, ATTRIBUTE, PROTOTYPES, SEEN, CARD);
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    /** Larger than any network of this product; keeps a wrong file from filling the heap. */
    private static final long MAX_FILE_BYTES = 1L << 30;

    private final ModelManifest manifest;
    private final List<View> views;
    private final String sha256;
    private final Map<String, byte[]> files;
    private final long[] seen;

    private ModelBundle(ModelManifest manifest, List<View> views, String sha256, Map<String, byte[]> files) {
        this.manifest = manifest;
        this.views = views;
        this.sha256 = sha256;
        this.files = files;
        LongBuffer longs = littleEndian(file(SEEN)).asLongBuffer();
        seen = new long[longs.remaining()];
        longs.get(seen);
    }

    /**
     * Reads a bundle.
     *
     * @param path a folder or a .zip
     * @throws IllegalArgumentException when it is no bundle, or a file is not the one the manifest names
     */
    public static ModelBundle open(Path path) {
        try {
            if (!Files.isRegularFile(path)) {
                return read(path, path);
            }
            try (FileSystem zip = FileSystems.newFileSystem(path)) {
                return read(zip.getPath("/"), path);
            }
        } catch (java.nio.file.ProviderNotFoundException | java.util.zip.ZipException e) {
            throw new IllegalArgumentException("%s is neither a bundle's folder nor its .zip".formatted(path), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("The bundle %s cannot be read: %s".formatted(path, e.getMessage()), e);
        }
    }

    private static ModelBundle read(Path folder, Path shown) throws IOException {
        Path manifestFile = folder.resolve(MANIFEST);
        if (!Files.isRegularFile(manifestFile)) {
            throw new IllegalArgumentException(
                    "%s holds no model bundle (no %s): train one with 'whence train'".formatted(shown, MANIFEST));
        }
        byte[] manifestBytes = bytes(manifestFile);
        ModelManifest manifest;
        try {
            manifest = JSON.readValue(manifestBytes, ModelManifest.class);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "%s of %s is damaged: %s".formatted(MANIFEST, shown, e.getOriginalMessage()), e);
        }
        if (manifest.format() < ModelManifest.FIRST_FORMAT || manifest.format() > ModelManifest.FORMAT) {
            throw new IllegalArgumentException(
                    "The bundle %s has format %d, this version reads up to %d: train it again"
                            .formatted(shown, manifest.format(), ModelManifest.FORMAT));
        }
        Map<String, byte[]> files = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(FILES);
        manifest.spaces().stream()
                .flatMap(space -> space.encoderFile().stream())
                .distinct()
                .forEach(names::add);
        if (manifest.novelty() != null) {
            names.add(FINGERPRINTS);
        }
        for (String name : names) {
            Path file = folder.resolve(name);
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException("The bundle %s lacks %s".formatted(shown, name));
            }
            byte[] content = bytes(file);
            if (!Hashes.sha256(content).equals(manifest.files().get(name))) {
                throw new IllegalArgumentException(
                        "%s of the bundle %s is not the file that %s names: its SHA-256 differs"
                                .formatted(name, shown, MANIFEST));
            }
            files.put(name, content);
        }
        return new ModelBundle(manifest, views(manifest, files), Hashes.sha256(manifestBytes), files);
    }

    private static List<View> views(ModelManifest manifest, Map<String, byte[]> files) {
        Map<String, EmbeddingSpace> spaces = new LinkedHashMap<>();
        List<View> views = new ArrayList<>();
        for (ModelManifest.Space space : manifest.spaces()) {
            EncoderDescription encoder = space.encoder();
            byte[] graph = files.get(space.encoderFile().orElse(""));
            EmbeddingSpace embeds = spaces.computeIfAbsent(
                    space.name(),
                    name -> encoder == null || graph == null
                            ? EmbeddingSpace.named(name)
                            : new EncoderSpace(encoder, graph));
            views.add(new View(embeds, manifest.projection(space)));
        }
        return List.copyOf(views);
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new IOException("%s is larger than %d bytes".formatted(file, MAX_FILE_BYTES));
        }
        return Files.readAllBytes(file);
    }

    /**
     * Writes a bundle; the manifest's {@code files} are filled in here, and it is written last.
     *
     * @param views those of the manifest's spaces
     * @param prototypes mean fingerprint of each class, in the classes' order
     * @param fingerprints known ones of each class, in the classes' order
     * @param seen SHA-256 of every image that training or validation saw, hex
     */
    public static ModelBundle write(
            Path folder,
            ModelManifest manifest,
            List<View> views,
            byte[] attribute,
            float[][] prototypes,
            List<float[][]> fingerprints,
            Collection<String> seen,
            String card) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(EMBED, Embedder.graph(View.spaces(views), manifest.size()));
        for (int v = 0; v < views.size(); v++) {
            if (views.get(v).space() instanceof EncoderSpace encoder) {
                files.put(manifest.spaces().get(v).encoderFile().orElseThrow(), encoder.graph());
            }
        }
        files.put(ATTRIBUTE, attribute);
        files.put(PROTOTYPES, bytes(prototypes));
        files.put(FINGERPRINTS, bytes(fingerprints.stream().flatMap(Stream::of).toArray(float[][]::new)));
        ByteBuffer hashes = ByteBuffer.allocate(8 * seen.size()).order(ByteOrder.LITTLE_ENDIAN);
        seen.stream().mapToLong(ModelBundle::prefix).sorted().forEach(hashes::putLong);
        files.put(SEEN, hashes.array());
        files.put(CARD, card.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Map<String, String> sums = new TreeMap<>();
        files.forEach((name, content) -> sums.put(name, Hashes.sha256(content)));
        ModelManifest complete = new ModelManifest(
                manifest.format(),
                manifest.name(),
                manifest.version(),
                manifest.size(),
                manifest.framing(),
                manifest.projection(),
                manifest.neighbours(),
                manifest.spaces(),
                manifest.classes(),
                manifest.temperature(),
                manifest.unsureMargin(),
                manifest.setCorrelation(),
                manifest.novelty(),
                manifest.reference(),
                manifest.trainedOn(),
                manifest.settings(),
                manifest.measured(),
                sums);
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(folder.resolve(file.getKey()), file.getValue());
            }
            Files.write(folder.resolve(MANIFEST), JSON.writeValueAsBytes(complete));
        } catch (IOException e) {
            throw new UncheckedIOException("The bundle could not be written to " + folder, e);
        }
        return open(folder);
    }

    public ModelManifest manifest() {
        return manifest;
    }

    /** SHA-256 of the manifest, which holds those of all other files. */
    public String sha256() {
        return sha256;
    }

    /** The content of one of the bundle's files. */
    public byte[] file(String name) {
        byte[] content = files.get(name);
        if (content == null) {
            throw new IllegalArgumentException("A bundle has no file " + name);
        }
        return content.clone();
    }

    /** In the order of the attribution graph's inputs. */
    public List<View> views() {
        return views;
    }

    /** The mean fingerprint of each class, in the classes' order. */
    public float[][] prototypes() {
        FloatBuffer all = littleEndian(file(PROTOTYPES)).asFloatBuffer();
        int classes = manifest.classes().size();
        float[][] prototypes = new float[classes][all.remaining() / classes];
        for (float[] prototype : prototypes) {
            all.get(prototype);
        }
        return prototypes;
    }

    /** Fingerprints of known sources, as the manifest's novelty counts them. */
    public KnownFingerprints fingerprints(ModelManifest.Novelty novelty) {
        FloatBuffer all = littleEndian(file(FINGERPRINTS)).asFloatBuffer();
        int total = novelty.fingerprints().stream().mapToInt(Integer::intValue).sum();
        int dimension = all.remaining() / total;
        List<float[][]> trained = new ArrayList<>();
        List<float[][]> heldOut = new ArrayList<>();
        for (int c = 0; c < novelty.fingerprints().size(); c++) {
            int others = novelty.heldOut() == null ? 0 : novelty.heldOut().get(c);
            trained.add(rows(all, novelty.fingerprints().get(c) - others, dimension));
            heldOut.add(rows(all, others, dimension));
        }
        return new KnownFingerprints(trained, heldOut);
    }

    private static float[][] rows(FloatBuffer all, int count, int dimension) {
        float[][] rows = new float[count][dimension];
        for (float[] row : rows) {
            all.get(row);
        }
        return rows;
    }

    /** Whether training or validation saw the image with this SHA-256: it must not count in an evaluation. */
    public boolean hasSeen(String imageSha256) {
        return Arrays.binarySearch(seen, prefix(imageSha256)) >= 0;
    }

    /**
     * Refuses a reference other than the one the bundle was trained against, and one of another framing or encoder.
     *
     * @throws IllegalArgumentException which says what is different
     */
    public void requireReference(Reference reference) {
        if (!manifest.framing().equals(reference.framing())) {
            throw new IllegalArgumentException(
                    "The bundle %s frames images by %s and the reference %s by %s: build the reference with --framing %s, or train again"
                            .formatted(
                                    manifest.name(),
                                    manifest.framing(),
                                    reference.name(),
                                    reference.framing(),
                                    manifest.framing()));
        }
        for (ModelManifest.Space space : manifest.spaces()) {
            String embedded = reference.graphSha256(space.name()).orElse("none");
            if (!embedded.equals(space.graphSha256())) {
                throw new IllegalArgumentException(
                        ("The bundle %s and the reference %s embed differently in the space %s: build the reference"
                                        + " with the size and the encoder of the bundle, or train again")
                                .formatted(manifest.name(), reference.name(), space.name()));
            }
        }
        ModelManifest.ReferenceLink wanted = manifest.reference();
        if (!wanted.sha256().equals(reference.sha256())) {
            throw new IllegalArgumentException(
                    "The bundle %s was trained against reference %s (%s), not %s (%s): use that reference or train again"
                            .formatted(
                                    manifest.name(),
                                    wanted.name(),
                                    wanted.version(),
                                    reference.name(),
                                    reference.version()));
        }
    }

    private static long prefix(String sha256) {
        return Long.parseUnsignedLong(sha256, 0, 16, 16);
    }

    private static byte[] bytes(float[][] rows) {
        ByteBuffer buffer =
                ByteBuffer.allocate(4 * rows.length * rows[0].length).order(ByteOrder.LITTLE_ENDIAN);
        for (float[] row : rows) {
            for (float v : row) {
                buffer.putFloat(v);
            }
        }
        return buffer.array();
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
