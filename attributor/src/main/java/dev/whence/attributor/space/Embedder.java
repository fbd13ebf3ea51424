package dev.whence.attributor.space;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.onnx.OnnxNetwork;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Embeds batches of canonical images: in all built-in spaces at once by {@code embed.onnx}, in others by their encoders. */
public final class Embedder implements AutoCloseable {
    private final List<EmbeddingSpace> spaces;
    private final int size;
    private final Optional<OnnxNetwork> builtIn;
    private final Map<String, ImageEncoder> encoders = new LinkedHashMap<>();

    /**
     * @param graph {@code embed.onnx} of the built-in ones among the spaces, in their order
     * @param size side length of the images, in pixels
     * @throws IllegalArgumentException when a graph cannot run, or an encoder does not do what its description says
     */
    public Embedder(List<EmbeddingSpace> spaces, byte[] graph, int size, Inference inference) {
        this.spaces = List.copyOf(spaces);
        this.size = size;
        builtIn = spaces.stream().anyMatch(space -> space instanceof ImageSpace)
                ? Optional.of(new OnnxNetwork("embed.onnx", graph, inference))
                : Optional.empty();
        try {
            for (EmbeddingSpace space : spaces) {
                if (space instanceof EncoderSpace encoder) {
                    encoders.put(encoder.name(), open(encoder, inference));
                }
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** One with the graph that this version makes, on the CPU. */
    public static Embedder of(List<EmbeddingSpace> spaces, int size, int threads) {
        return new Embedder(spaces, graph(spaces, size), size, Inference.cpu(threads));
    }

    /** {@code embed.onnx} of the built-in ones among the spaces, in their order. */
    public static byte[] graph(List<EmbeddingSpace> spaces, int size) {
        return ImageSpace.graph(
                spaces.stream()
                        .filter(ImageSpace.class::isInstance)
                        .map(ImageSpace.class::cast)
                        .toList(),
                size);
    }

    private static ImageEncoder open(EncoderSpace space, Inference inference) {
        EncoderDescription described = space.description();
        ImageEncoder encoder = new ImageEncoder(space.graph(), described.tensor(), described.input(), inference);
        try {
            int found = trial(encoder, described);
            if (found != described.dimension()) {
                throw new IllegalArgumentException("The encoder %s makes %d components of an image, not %d: correct"
                                .formatted(described.name(), found, described.dimension())
                        + " output or dimension in " + EncoderDescription.FILE);
            }
            return encoder;
        } catch (RuntimeException e) {
            encoder.close();
            throw e;
        }
    }

    /** Two black images: a graph for a fixed number of images cannot be used either. */
    private static int trial(ImageEncoder encoder, EncoderDescription described) {
        int side = described.size();
        CanonicalImage black = new CanonicalImage("0".repeat(64), side, new byte[3 * side * side]);
        try {
            return encoder.embed(List.of(black, black))[0].length;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "The encoder %s does not take batches of %d x %d pixels in the order %s: correct %s or its graph"
                            .formatted(described.name(), side, side, described.layout(), EncoderDescription.FILE),
                    e);
        }
    }

    public List<EmbeddingSpace> spaces() {
        return spaces;
    }

    /** The embeddings of the batch: {@code [space][image]} is a vector of as many components as the space's shape has. */
    public float[][][] embed(List<CanonicalImage> images) {
        Iterator<float[][]> fromGraph = builtIn.map(network -> builtIn(network, images))
                .orElse(List.of())
                .iterator();
        float[][][] embeddings = new float[spaces.size()][][];
        for (int s = 0; s < embeddings.length; s++) {
            ImageEncoder encoder = encoders.get(spaces.get(s).name());
            embeddings[s] = encoder == null ? fromGraph.next() : encoder.embed(images);
        }
        return embeddings;
    }

    private List<float[][]> builtIn(OnnxNetwork network, List<CanonicalImage> images) {
        ByteBuffer pixels = ByteBuffer.allocateDirect(images.size() * size * size * 3);
        for (CanonicalImage image : images) {
            if (image.size() != size) {
                throw new IllegalArgumentException(
                        "An image of side %d cannot be embedded by a graph for side %d".formatted(image.size(), size));
            }
            pixels.put(image.rgb());
        }
        pixels.flip();
        return network.run(
                images.size(),
                manager -> new NDList(manager.create(pixels, new Shape(images.size(), size, size, 3), DataType.UINT8)));
    }

    @Override
    public void close() {
        encoders.values().forEach(ImageEncoder::close);
        builtIn.ifPresent(OnnxNetwork::close);
    }
}
