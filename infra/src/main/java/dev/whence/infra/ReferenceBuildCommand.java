package dev.whence.infra;

import dev.whence.attributor.image.Framing;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.reference.Reference.RealImage;
import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.attributor.space.EmbeddingSpace;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code whence reference build}. */
@Command(
        name = "build",
        description = "Embed real images into a reference. Real images to be attributed later must not be among them.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  whence reference build --images photos/ --out reference",
            "  whence reference build --images a.tar b.zip --out reference --size 64",
            "  whence reference build --images photos/ --out reference --size 64 --framing crops:5",
            "  whence reference build --images photos/ --out reference --encoder encoders/SL encoders/SSL",
            "  whence reference build --images photos/ --out reference --store milvus --uri http://127.0.0.1:19530"
        })
final class ReferenceBuildCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--images",
            required = true,
            arity = "1..*",
            paramLabel = "SOURCE",
            description = "Real images: files, folders, .tar or .zip archives.")
    private List<Path> images;

    @Option(names = "--out", required = true, paramLabel = "R", description = "Folder to write; new or empty.")
    private Path out;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            defaultValue = "32",
            description = "Side of the square every image is brought to (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--framing",
            paramLabel = "HOW",
            defaultValue = "resize",
            description =
                    "How images come to that size: resize, or crops:N to cut N squares (1 to 16) out of each and resample"
                            + " nothing; bundles that are trained against the reference do the same (default: ${DEFAULT-VALUE}).")
    private String framing;

    @Option(names = "--name", paramLabel = "N", description = "Name of the reference; the folder's name if not given.")
    private Optional<String> name;

    @Option(
            names = "--spaces",
            split = ",",
            paramLabel = "SPACE",
            defaultValue = "RGB,FREQ,RESIDUAL,STATISTICS",
            description = "Built-in embedding spaces, separated by commas (default: ${DEFAULT-VALUE}).")
    private List<String> spaces;

    @Option(
            names = "--encoder",
            arity = "1..*",
            paramLabel = "E",
            description = "Folders of image encoders, each with its encoder.json: every one makes a further space.")
    private List<Path> encoders = List.of();

    @Option(
            names = "--data-set",
            paramLabel = "NAME",
            description =
                    "Data set that every image is recorded under; if not given, the first folder inside the SOURCE,"
                            + " else the SOURCE's own name.")
    private Optional<String> dataSet;

    @Mixin
    private StoreOptions store;

    @Mixin
    private ThreadOptions threads;

    @Override
    public Integer call() throws Exception {
        ReferenceStore target = store.store();
        Reference.Settings settings = new Reference.Settings(
                name.orElseGet(
                        () -> out.toAbsolutePath().normalize().getFileName().toString()),
                size,
                Framing.labelled(framing),
                Stream.concat(
                                spaces.stream().map(EmbeddingSpace::named),
                                encoders.stream().map(EmbeddingSpace::ofEncoder))
                        .toList(),
                threads.count());
        try (Sources sources = new Sources(images);
                Progress progress = Progress.of("embedding", sources.count())) {
            Reference.Built built = Reference.build(real(sources), out, settings, target, progress::at);
            spec.commandLine()
                    .getOut()
                    .printf(
                            "%s: %,d real images in %s%s%n",
                            out, built.added(), settings.spaces(), leftOut(built.repeated(), built.rejected()));
        }
        return 0;
    }

    private Iterator<RealImage> real(Sources sources) {
        return sources.readable((label, image) -> new RealImage(image, dataSet.orElse(label)));
    }

    private static String leftOut(long repeated, long rejected) {
        return repeated + rejected == 0 ? "" : "; left out: %,d repeated, %,d unreadable".formatted(repeated, rejected);
    }
}
