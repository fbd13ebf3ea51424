package dev.whence.infra;

import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.training.AttributionTrainer;
import dev.whence.attributor.training.AttributionTrainer.Trained;
import dev.whence.attributor.training.TrainingSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code whence train}. */
@Command(
        name = "train",
        description = "Train an attribution network against a reference and write the model bundle.",
        footerHeading = "%nExample:%n",
        footer = "  whence train --reference reference --generated generated/ --real real.tar --model model")
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingSources sources;

    @Option(names = "--model", required = true, paramLabel = "M", description = "Folder to write the bundle to.")
    private Path model;

    @Mixin
    private NetworkOptions network;

    @Override
    public Integer call() throws Exception {
        sources.requireFree(model, "bundle");
        SortedMap<String, Path> generators = LabelledSources.generators(sources.generated);
        try (Reference real = Reference.open(sources.reference, network.threads(), EnvironmentAccess.PINNED);
                LabelledSources images = new LabelledSources().add(generators).addReal(sources.real);
                TrainingProgress progress = new TrainingProgress(images.count())) {
            TrainingSettings settings = network.settings(
                    model.toAbsolutePath().normalize().getFileName().toString(), real);
            Map<String, Optional<String>> families = GeneratorDesigns.families(generators.keySet(), sources.generated);
            Trained trained = AttributionTrainer.train(real, families, images.encoded(), settings, model, progress);
            report(trained);
        }
        return 0;
    }

    private void report(Trained trained) {
        spec.commandLine()
                .getOut()
                .printf(
                        "%s: balanced accuracy %.3f on %.0f validation images; %,d images kept out for the test%s%n",
                        model,
                        trained.bundle().manifest().measured().getOrDefault("validationBalancedAccuracy", Double.NaN),
                        trained.bundle().manifest().measured().getOrDefault("validationImages", Double.NaN),
                        trained.test(),
                        trained.rejected() == 0 ? "" : "; %,d unreadable".formatted(trained.rejected()));
    }
}
