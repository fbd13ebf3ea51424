package dev.whence.infra;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.LabelledImage;
import dev.whence.attributor.bundle.ModelManifest;
import dev.whence.attributor.image.ImageDecoder;
import dev.whence.attributor.image.ImageLimits;
import dev.whence.attributor.image.ImageRejectedException;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.projection.View;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.study.Study;
import dev.whence.attributor.study.StudyData;
import dev.whence.attributor.training.TrainingImages;
import dev.whence.attributor.training.TrainingSettings;
import dev.whence.infra.bench.Machine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code whence study}. */
@Command(
        name = "study",
        description = {
            "Measure the method on a set of images: every space, all fused and baselines with the same training; unknown generators,"
                    + " enrolment, sets, robustness, another data set, designs, maps and pictures.",
            "Writes report.json, report.html, a CSV for each table and the fused bundle of the first seed."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  whence study --reference reference --generated known/ --real real.tar \\",
            "      --unknown unknown/ --report study"
        })
final class StudyCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(StudyCommand.class);

    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingSources sources;

    @Option(
            names = "--unknown",
            paramLabel = "DIR",
            description = "Like --generated, with generators that no training sees.")
    private Optional<Path> unknown;

    @ArgGroup(exclusive = false)
    private @Nullable Other other;

    /** A second set, for what generalises. */
    static final class Other {
        @Option(
                names = "--other-reference",
                required = true,
                paramLabel = "R",
                description = "Reference of another set of images, with the same spaces and size.")
        private Path reference;

        @Option(
                names = "--other-generated",
                required = true,
                paramLabel = "DIR",
                description = "Generators of the other set, as with --generated.")
        private Path generated;

        @Option(
                names = "--other-real",
                required = true,
                paramLabel = "SOURCE",
                description = "Real images of the other set that are not in its reference.")
        private Path real;
    }

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Trainings of every network, each with a seed of its own (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(names = "--report", required = true, paramLabel = "OUT", description = "Folder to write the report to.")
    private Path report;

    @Option(names = "--json", description = "Print report.json as well.")
    private boolean json;

    @Mixin
    private NetworkOptions network;

    @Override
    public Integer call() throws Exception {
        if (seeds < 1) {
            throw new CommandFailedException("Train with at least 1 seed, not " + seeds);
        }
        sources.requireFree(report, "report");
        try (Reference own = open(sources.reference)) {
            TrainingSettings settings = network.settings("study", own);
            StudyData data = data(own, sources.generated, sources.real, settings, unknown);
            Other second = other;
            if (second == null) {
                run(data, Optional.empty(), settings);
            } else {
                try (Reference another = open(second.reference)) {
                    run(
                            data,
                            Optional.of(data(another, second.generated, second.real, settings, Optional.empty())),
                            settings);
                }
            }
        }
        if (json) {
            spec.commandLine().getOut().print(Files.readString(report.resolve("report.json")));
        } else {
            spec.commandLine().getOut().printf("report: %s%n", report.resolve("report.html"));
        }
        spec.commandLine().getOut().flush();
        return 0;
    }

    private Reference open(Path folder) {
        return Reference.open(folder, network.threads(), EnvironmentAccess.PINNED);
    }

    private void run(StudyData data, Optional<StudyData> second, TrainingSettings settings) throws Exception {
        try (TrainingProgress progress = new TrainingProgress(0)) {
            Study.run(
                    data,
                    second,
                    settings,
                    seeds,
                    facts(data, settings),
                    report,
                    model -> Attributor.open(
                            model,
                            Optional.empty(),
                            sources.reference,
                            Inference.cpu(network.threads()),
                            EnvironmentAccess.PINNED),
                    progress,
                    section -> System.err.printf("%s is measured%n", section));
        }
    }

    private static StudyData data(
            Reference reference, Path generated, Path real, TrainingSettings settings, Optional<Path> unknown)
            throws Exception {
        SortedMap<String, Path> generators = LabelledSources.generators(generated);
        List<String> classes = new ArrayList<>(List.of(ModelManifest.REAL));
        classes.addAll(generators.keySet());
        TrainingImages images =
                new TrainingImages(classes, reference.size(), reference.framing(), settings.testShare(), true);
        try (LabelledSources sources = new LabelledSources().add(generators).addReal(real);
                Progress progress = Progress.of("reading", sources.count())) {
            long done = 0;
            for (Iterator<LabelledImage> readable = sources.encoded(); readable.hasNext(); ) {
                images.add(readable.next());
                progress.at(++done);
            }
        }
        images.requireEveryClass();
        return new StudyData(
                reference,
                classes,
                images,
                unknown.isPresent() ? strangers(unknown.get(), classes, reference) : new TreeMap<>(),
                GeneratorDesigns.choices(generators.keySet(), generated));
    }

    private static SortedMap<String, List<CanonicalImage>> strangers(
            Path folder, List<String> classes, Reference reference) throws Exception {
        ImageDecoder decoder = new ImageDecoder(ImageLimits.DEFAULT);
        SortedMap<String, List<CanonicalImage>> strangers = new TreeMap<>();
        SortedMap<String, Path> generators = LabelledSources.generators(folder);
        for (String name : generators.keySet()) {
            if (classes.contains(name)) {
                throw new CommandFailedException(
                        "%s is in --generated too: training would see it. Take one of them away".formatted(name));
            }
        }
        Set<String> seen = new HashSet<>();
        try (LabelledSources sources = new LabelledSources().add(generators)) {
            for (Iterator<LabelledImage> readable = sources.encoded(); readable.hasNext(); ) {
                LabelledImage image = readable.next();
                try {
                    CanonicalImage canonical =
                            decoder.decode(image.image().bytes(), reference.size(), reference.framing());
                    if (seen.add(canonical.sha256())) {
                        strangers
                                .computeIfAbsent(image.label(), name -> new ArrayList<>())
                                .add(canonical);
                    }
                } catch (ImageRejectedException e) {
                    LOG.warn("{} is left out: {}: {}", image.image().name(), e.reason(), e.getMessage());
                }
            }
        }
        return strangers;
    }

    private List<String> facts(StudyData data, TrainingSettings settings) {
        return List.of(
                "Reference %s %s of %,d real images of %d pixels (%s); test images: %,d of %d sources; unknown generators: %d."
                        .formatted(
                                data.reference().name(),
                                data.reference().version(),
                                data.reference().images(),
                                data.reference().size(),
                                data.reference().framing(),
                                data.images().test().images().size(),
                                data.classes().size(),
                                data.unknown().size()),
                "Seeds %d to %d, %d epochs, %d neighbours, %s perturbed images in training; fused: %s."
                        .formatted(
                                settings.seed(),
                                settings.seed() + seeds - 1,
                                settings.epochs(),
                                settings.neighbours(),
                                settings.augmented() ? "with" : "without",
                                settings.views().stream().map(View::name).collect(Collectors.joining(", "))),
                "%s, %s, %d threads."
                        .formatted(LocalDate.now(ZoneOffset.UTC), Machine.here().line(), settings.threads()));
    }
}
