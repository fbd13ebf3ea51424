package dev.whence.infra;

import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.space.Embedder;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.attributor.space.ImageEncoder;
import dev.whence.infra.bench.SearchData;
import dev.whence.infra.bench.SyntheticVectors;
import dev.whence.infra.bench.SyntheticVectors.Distribution;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What a benchmark of searches searches in: made-up vectors, a reference, or images and an encoder. */
final class SearchDataOptions {
    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--synthetic",
            arity = "1..*",
            paramLabel = "N:DIM",
            description = "Made-up vectors that lie as embeddings do: clusters of low rank with noise.")
    private List<String> synthetic = List.of();

    @Option(
            names = "--gaussian",
            arity = "1..*",
            paramLabel = "N:DIM",
            description = "Made-up vectors without any structure, the worst case.")
    private List<String> gaussian = List.of();

    @Option(
            names = "--query-count",
            paramLabel = "N",
            defaultValue = "1024",
            description = "Queries of a made-up data set (default: ${DEFAULT-VALUE}).")
    private int queryCount;

    @Option(
            names = "--reference",
            paramLabel = "R",
            description = "Every space of the reference that 'whence reference build' wrote; needs --queries.")
    private Optional<Path> reference = Optional.empty();

    @Option(
            names = "--onnx",
            paramLabel = "FILE",
            description = "An image encoder as an ONNX graph with one input; needs --images and --queries.")
    private Optional<Path> onnx = Optional.empty();

    @Option(
            names = "--images",
            arity = "1..*",
            paramLabel = "SOURCE",
            description = "Images that the encoder embeds to be searched: files, folders, .tar or .zip archives.")
    private List<Path> images = List.of();

    @Option(
            names = "--queries",
            arity = "1..*",
            paramLabel = "SOURCE",
            description = "Images to search with; those among the images searched are left out.")
    private List<Path> queries = List.of();

    @Option(
            names = "--queries-per-source",
            paramLabel = "N",
            defaultValue = "512",
            description = "Images of every source of --queries at most (default: ${DEFAULT-VALUE}).")
    private int queriesPerSource;

    @Option(
            names = "--tensor",
            paramLabel = "NAME",
            description = "Tensor of the encoder's graph that is the embedding; its first output if not given.")
    private Optional<String> tensor = Optional.empty();

    @Option(
            names = "--input-size",
            paramLabel = "PIXELS",
            defaultValue = "224",
            description = "Side of the encoder's square input (default: ${DEFAULT-VALUE}).")
    private int inputSize;

    @Option(
            names = "--layout",
            paramLabel = "LAYOUT",
            defaultValue = "NCHW",
            description = "Order of the encoder's input, NCHW or NHWC (default: ${DEFAULT-VALUE}).")
    private ImageEncoder.Layout layout;

    @Option(
            names = "--mean",
            split = ",",
            paramLabel = "X",
            defaultValue = "0.485,0.456,0.406",
            description = "What is taken from red, green and blue in [0, 1]; one for all or three"
                    + " (default: ${DEFAULT-VALUE}).")
    private List<Float> mean;

    @Option(
            names = "--deviation",
            split = ",",
            paramLabel = "X",
            defaultValue = "0.229,0.224,0.225",
            description = "What they are then divided by; one for all or three (default: ${DEFAULT-VALUE}).")
    private List<Float> deviation;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Folder that keeps what images were embedded to; a temporary one if not given.")
    private Optional<Path> cache = Optional.empty();

    /**
     * The data sets, made when they are called for.
     *
     * @param temporary where embeddings are kept without --cache
     * @throws ParameterException on wrong use
     */
    List<Callable<SearchData>> open(long seed, Path temporary) throws CommandFailedException {
        if (synthetic.isEmpty() && gaussian.isEmpty() && reference.isEmpty() && onnx.isEmpty()) {
            throw wrongUse("There is nothing to search in: name --synthetic, --gaussian, --reference or --onnx.");
        }
        if (queryCount < 1 || queriesPerSource < 1) {
            throw wrongUse("--query-count and --queries-per-source must be 1 or more.");
        }
        if ((reference.isPresent() || onnx.isPresent()) && queries.isEmpty()) {
            throw wrongUse("--reference and --onnx need images to search with: name them with --queries.");
        }
        if (onnx.isPresent() == images.isEmpty()) {
            throw wrongUse("--onnx and --images belong together: name both or none.");
        }
        List<Callable<SearchData>> sets = new ArrayList<>();
        try {
            for (String size : synthetic) {
                SyntheticVectors vectors = SyntheticVectors.parse(Distribution.CLUSTERED, size);
                sets.add(() -> vectors.generate(queryCount, seed));
            }
            for (String size : gaussian) {
                SyntheticVectors vectors = SyntheticVectors.parse(Distribution.GAUSSIAN, size);
                sets.add(() -> vectors.generate(queryCount, seed));
            }
            EmbeddedImages embedded = new EmbeddedImages(cache.orElse(temporary));
            if (onnx.isPresent()) {
                Path file = onnx.get();
                ImageEncoder.Input input = new ImageEncoder.Input(inputSize, layout, three(mean), three(deviation));
                sets.add(() -> encoded(embedded, file, input));
            }
            if (reference.isPresent()) {
                Path folder = reference.get();
                for (EmbeddingSpace space : spaces(folder)) {
                    sets.add(() -> referenced(embedded, folder, space));
                }
            }
        } catch (IllegalArgumentException e) {
            throw wrongUse(String.valueOf(e.getMessage()));
        }
        return sets;
    }

    private static List<Float> three(List<Float> values) {
        return values.size() == 1 ? Collections.nCopies(3, values.get(0)) : values;
    }

    private static List<EmbeddingSpace> spaces(Path folder) {
        try (Reference opened = Reference.open(folder, 1)) {
            return opened.spaces();
        }
    }

    private SearchData referenced(EmbeddedImages embedded, Path folder, EmbeddingSpace space) throws Exception {
        List<ReferenceVector> rows = new ArrayList<>();
        int size;
        try (Reference opened = Reference.open(folder, 1)) {
            size = opened.size();
            opened.collection(space).forEach(rows::add);
        }
        List<ReferenceVector> asked = embedded.embed(
                queries, queriesPerSource, space.sha256(size), size, () -> new SpaceEncoder(space, size));
        return data(space.name(), "reference " + folder.getFileName(), rows, asked);
    }

    private SearchData encoded(EmbeddedImages embedded, Path file, ImageEncoder.Input input) throws Exception {
        byte[] graph = Files.readAllBytes(file);
        String key = Hashes.sha256(graph) + tensor + input;
        List<ReferenceVector> rows = embedded.embed(
                images, Integer.MAX_VALUE, key, input.size(), () -> new GraphEncoder(graph, tensor, input));
        List<ReferenceVector> asked = embedded.embed(
                queries, queriesPerSource, key, input.size(), () -> new GraphEncoder(graph, tensor, input));
        return data(String.valueOf(file.getFileName()), "images by an encoder", rows, asked);
    }

    private static SearchData data(
            String name, String origin, List<ReferenceVector> rows, List<ReferenceVector> asked) {
        Set<String> searched = new HashSet<>();
        rows.forEach(row -> searched.add(row.sha256()));
        List<Query> queries = new ArrayList<>();
        for (ReferenceVector vector : asked) {
            if (!searched.contains(vector.sha256())) {
                queries.add(new Query(vector.sha256(), vector.vector()));
            }
        }
        // Sources come one after the other; a batch is a mix of them.
        Collections.shuffle(queries, new java.util.Random(queries.size()));
        return new SearchData(name, origin, rows, queries);
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static final class SpaceEncoder implements EmbeddedImages.Encoder {
        private final Embedder embedder;

        SpaceEncoder(EmbeddingSpace space, int size) {
            embedder = Embedder.of(List.of(space), size, cores());
        }

        @Override
        public float[][] apply(List<CanonicalImage> batch) {
            return embedder.embed(batch)[0];
        }

        @Override
        public void close() {
            embedder.close();
        }
    }

    private static final class GraphEncoder implements EmbeddedImages.Encoder {
        private final ImageEncoder encoder;

        GraphEncoder(byte[] graph, Optional<String> tensor, ImageEncoder.Input input) {
            encoder = new ImageEncoder(graph, tensor, input, Inference.cpu(cores()));
        }

        @Override
        public float[][] apply(List<CanonicalImage> batch) {
            return encoder.embed(batch);
        }

        @Override
        public void close() {
            encoder.close();
        }
    }
}
