package dev.whence.infra;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.Hashes;
import dev.whence.attributor.evaluation.Evaluation;
import dev.whence.attributor.evaluation.EvaluationReport;
import dev.whence.attributor.evaluation.LabelledAttribution;
import dev.whence.attributor.evaluation.OpenSet;
import dev.whence.attributor.evaluation.SetEvaluation;
import dev.whence.infra.LabelledSources.Labelled;
import dev.whence.ingest.SourceImage;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code whence evaluate}. */
@Command(
        name = "evaluate",
        description = {
            "Measure a bundle on labelled images and write report.json and report.html.",
            "Images that training saw are left out and counted."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  whence evaluate --model model --reference reference \\",
            "      --known generated/ --real real.tar --report report"
        })
final class EvaluateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Option(
            names = "--known",
            required = true,
            paramLabel = "DIR",
            description = "Folder with one archive or folder of images for each generator, named after it.")
    private Path known;

    @Option(names = "--real", paramLabel = "SOURCE", description = "Real images that are not in the reference.")
    private Optional<Path> real;

    @Option(
            names = "--unknown",
            paramLabel = "DIR",
            description = "Like --known, with generators that the bundle was not trained on.")
    private Optional<Path> unknown;

    @Option(names = "--report", required = true, paramLabel = "OUT", description = "Folder to write the report to.")
    private Path report;

    @Option(names = "--json", description = "Print report.json as well.")
    private boolean json;

    private final List<LabelledAttribution> attributions = new ArrayList<>();
    private int seen;
    private int undecodable;

    @Override
    public Integer call() throws Exception {
        try (Attributor attributor = model.open();
                BatchAttributor batches = new BatchAttributor(attributor, model.threads.count());
                LabelledSources images = sources(attributor.classes());
                Progress progress = Progress.of("attributing", images.count())) {
            long done = 0;
            List<Labelled> batch = new ArrayList<>();
            while (images.hasNext()) {
                Labelled image = images.next();
                if (isSeen(attributor, image.image())) {
                    seen++;
                } else {
                    batch.add(image);
                }
                if (batch.size() == BatchAttributor.BATCH) {
                    attribute(batches, batch);
                }
                progress.at(++done);
            }
            attribute(batches, batch);
            EvaluationReport made = new EvaluationReport(
                    Evaluation.of(attributor.classes(), attributions),
                    SetEvaluation.of(attributor.classes(), attributions, attributor::together),
                    attributor.model(),
                    attributor.reference(),
                    seen + undecodable);
            made.write(report);
            print(made);
        }
        return 0;
    }

    private LabelledSources sources(List<String> classes) throws Exception {
        Map<String, Path> generators = LabelledSources.generators(known);
        requireClasses(generators, classes);
        LabelledSources images = new LabelledSources().add(generators);
        if (real.isPresent()) {
            images.addReal(real.get());
        }
        if (unknown.isPresent()) {
            Map<String, Path> strangers = LabelledSources.generators(unknown.get());
            for (String name : strangers.keySet()) {
                if (classes.contains(name)) {
                    throw new CommandFailedException(
                            "%s is a class of the bundle: move it from --unknown to --known".formatted(name));
                }
            }
            images.add(strangers);
        }
        return images;
    }

    private void requireClasses(Map<String, Path> generators, List<String> classes) throws CommandFailedException {
        for (String name : generators.keySet()) {
            if (!classes.contains(name)) {
                throw new CommandFailedException(
                        "%s is no class of the bundle, which knows %s: move it from --known to --unknown"
                                .formatted(name, classes));
            }
        }
    }

    private static boolean isSeen(Attributor attributor, SourceImage image) {
        return image.content() instanceof SourceImage.Bytes read && attributor.hasSeen(Hashes.sha256(read.bytes()));
    }

    private void attribute(BatchAttributor batches, List<Labelled> batch) {
        List<Outcome> outcomes =
                batches.attribute(batch.stream().map(Labelled::image).toList());
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Attributed attributed) {
                attributions.add(new LabelledAttribution(batch.get(i).label(), attributed.attribution()));
            } else {
                undecodable++;
            }
        }
        batch.clear();
    }

    private void print(EvaluationReport made) throws Exception {
        if (json) {
            spec.commandLine().getOut().print(Files.readString(report.resolve("report.json")));
        } else {
            printSummary(made.evaluation());
        }
        spec.commandLine().getOut().flush();
    }

    private void printSummary(Evaluation evaluation) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "accuracy %.3f, balanced accuracy %.3f on %,d images; left out: %,d that training saw,"
                        + " %,d that cannot be decoded%n",
                evaluation.confusion().accuracy(),
                evaluation.confusion().balancedAccuracy(),
                evaluation.images(),
                seen,
                undecodable);
        if (evaluation.unknown().images() > 0) {
            OpenSet openSet = evaluation.unknown().openSet();
            out.printf(
                    "unknown generators: AUROC %.3f, OSCR %.3f on %,d images%n",
                    openSet.auroc(), openSet.oscr(), evaluation.unknown().images());
        }
        out.printf("report: %s%n", report.resolve("report.html"));
    }
}
