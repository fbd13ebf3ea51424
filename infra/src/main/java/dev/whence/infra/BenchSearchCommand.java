package dev.whence.infra;

import dev.whence.attributor.onnx.OnnxNetwork;
import dev.whence.infra.bench.SearchBench;
import dev.whence.infra.bench.SearchData;
import dev.whence.infra.bench.SearchFigures;
import dev.whence.vectorstore.MachineLimits;
import dev.whence.vectorstore.ReferenceCollection;
import dev.whence.vectorstore.milvus.MilvusIndex;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code whence bench search}. */
@Command(
        name = "search",
        description = {
            "Searches of the embedded engine against a plain matrix product with top-k, in one run on the same queries and"
                    + " threads: speed, CPU time, recall against every distance in double precision.",
            "Rounds of all engines alternate; the figures are the medians. Recall of 1 that is proven is the embedded"
                    + " engine's own; the plain product proves nothing."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  whence bench search --synthetic 20000:512 200000:512",
            "  whence bench search --reference reference --queries photos/ generated.tar",
            "  whence bench search --gaussian 20000:2048 --batches 1,64 --k 1 --scaling --json figures.json"
        })
final class BenchSearchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SearchDataOptions data;

    @Option(
            names = "--batches",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,16,64,256",
            description = "Queries of one call, separated by commas (default: ${DEFAULT-VALUE}).")
    private List<Integer> batches;

    @Option(
            names = "--k",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,16",
            description = "Neighbours of a query, separated by commas (default: ${DEFAULT-VALUE}).")
    private List<Integer> neighbours;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds of each (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "0.5",
            description = "Seconds of one engine in a round (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads of every engine in this process (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--sample",
            paramLabel = "N",
            defaultValue = "64",
            description = "Queries whose recall is counted (default: ${DEFAULT-VALUE}).")
    private int sample;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of all that is made up (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--scaling",
            description =
                    "Also how the embedded engine's cost grows with the number of vectors: an eighth, a quarter, half"
                            + " and all of them.")
    private boolean scaling;

    @Option(
            names = "--uri",
            paramLabel = "URI",
            description =
                    "A Milvus server to measure besides: FLAT and HNSW, each in a collection of its own that is dropped"
                            + " in the end.")
    private Optional<String> uri = Optional.empty();

    @Option(
            names = "--hnsw",
            paramLabel = "INDEX",
            defaultValue = "HNSW",
            description = "The graph with its parameters, for example HNSW:M=16,ef=256 (default: ${DEFAULT-VALUE}).")
    private String hnsw;

    @Option(
            names = "--server-pid",
            paramLabel = "PID",
            description =
                    "The server's process on this machine, whose CPU time counts; without it only the client's does.")
    private Optional<Long> serverPid = Optional.empty();

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the figures as one JSON object, too; - for stdout in place of the table.")
    private Optional<String> json = Optional.empty();

    @Override
    public Integer call() throws Exception {
        requireRightUse();
        Optional<SearchBench.Server> server = server();
        // Before the collections do it, which DJL does not forgive.
        OnnxNetwork.claimRuntime();
        Path folder = Files.createTempDirectory("whence-bench");
        List<SearchFigures.DataSet> measured = new ArrayList<>();
        SearchBench.Settings settings =
                new SearchBench.Settings(batches, neighbours, rounds, seconds, threads, sample, seed, scaling);
        try {
            List<Callable<SearchData>> sets = data.open(seed, folder.resolve("embedded"));
            MachineLimits limits = MachineLimits.measure();
            for (Callable<SearchData> set : sets) {
                measured.add(
                        new SearchBench(settings, server, folder.resolve("set-" + measured.size())).run(set.call()));
            }
            write(new SearchFigures(settings, limits, measured));
        } finally {
            TemporaryFolder.delete(folder);
        }
        return 0;
    }

    private void write(SearchFigures figures) throws Exception {
        boolean jsonAlone = json.equals(Optional.of("-"));
        spec.commandLine().getOut().println(jsonAlone ? figures.json() : figures.text());
        if (json.isPresent() && !jsonAlone) {
            Files.writeString(Path.of(json.get()), figures.json() + "\n");
        }
    }

    private Optional<SearchBench.Server> server() {
        try {
            List<MilvusIndex> indexes = List.of(MilvusIndex.parse("FLAT"), MilvusIndex.parse(hnsw));
            if (indexes.get(1).type() != MilvusIndex.Type.HNSW) {
                throw wrongUse("--hnsw must be an HNSW index, not %s.".formatted(hnsw));
            }
            serverPid.ifPresent(SearchBench::requireProcess);
            return uri.map(at -> new SearchBench.Server(at, indexes, serverPid));
        } catch (IllegalArgumentException e) {
            throw wrongUse(String.valueOf(e.getMessage()));
        }
    }

    private void requireRightUse() {
        requirePositive("--batches", batches);
        requirePositive("--k", neighbours);
        requirePositive("--rounds, --threads and --sample", List.of(rounds, threads, sample));
        if (neighbours.stream().anyMatch(k -> k > ReferenceCollection.MAX_NEIGHBOURS)) {
            throw wrongUse("--k can be %d at most.".formatted(ReferenceCollection.MAX_NEIGHBOURS));
        }
        if (!(seconds > 0)) {
            throw wrongUse("--seconds must be above 0.");
        }
    }

    private void requirePositive(String option, List<Integer> values) {
        if (values.stream().anyMatch(value -> value < 1)) {
            throw wrongUse(option + " must be 1 or more.");
        }
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
