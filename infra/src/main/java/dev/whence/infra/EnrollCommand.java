package dev.whence.infra;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attributor;
import dev.whence.attributor.bundle.Catalogue;
import dev.whence.ingest.SourceImage;
import java.io.IOException;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code whence enroll}. */
@Command(
        name = "enroll",
        description = {
            "Make a generator known by a few of its images, without training.",
            "Ten images say most of what there is to say; all must be of this one generator."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  whence enroll --model model --reference reference --catalogue catalogue.json --name newgan ten-images/",
            "  whence attribute --model model --reference reference --catalogue catalogue.json images/"
        })
final class EnrollCommand implements Callable<Integer> {
    private static final int MOST_CHARACTERS = 100;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "SOURCE",
            description = "Images of the generator: files, folders, .tar or .zip archives.")
    private List<Path> sources;

    @Mixin
    private ModelOptions model;

    @Option(
            names = "--catalogue",
            required = true,
            paramLabel = "C",
            description =
                    "File of the generators that are known beside the bundle's; written anew, made where there is none.")
    private Path catalogue;

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "What the generator is called.")
    private String name;

    @Option(names = "--family", paramLabel = "FAMILY", description = "What kind of generator it is, where known.")
    private Optional<String> family;

    @Option(
            names = "--loss",
            paramLabel = "SHARE",
            defaultValue = "0.02",
            description = "Share of the images of known sources that may be taken for the new generator's"
                    + " (default: ${DEFAULT-VALUE}).")
    private double loss;

    @Option(names = "--overwrite", description = "Enroll it anew where the catalogue holds a generator of this name.")
    private boolean overwrite;

    @Override
    public Integer call() throws Exception {
        requireSensible();
        Optional<Path> before = Files.exists(catalogue) ? Optional.of(catalogue) : Optional.empty();
        try (Attributor attributor = model.open(before)) {
            if (attributor.catalogue().holds(name) && !overwrite) {
                throw new CommandFailedException(
                        "%s is enrolled already: --overwrite enrolls it anew.".formatted(name));
            }
            List<Attribution> images = attribute(attributor);
            if (images.isEmpty()) {
                throw new CommandFailedException(
                        "None of the images can be attributed: %s was not enrolled.".formatted(name));
            }
            Catalogue after = attributor.catalogue().with(attributor.enrol(name, family, images, loss));
            after.write(catalogue);
            spec.commandLine()
                    .getOut()
                    .printf(
                            "%s: %s enrolled by %,d images; version %d, %,d generators%n",
                            catalogue,
                            name,
                            images.size(),
                            after.version(),
                            after.generators().size());
        }
        return 0;
    }

    private void requireSensible() {
        if (!(loss > 0 && loss < 1)) {
            throw new ParameterException(spec.commandLine(), "--loss must be between 0 and 1, not %s.".formatted(loss));
        }
        if (name.isBlank() || name.length() > MOST_CHARACTERS || name.chars().anyMatch(Character::isISOControl)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--name must be 1 to %d characters that can be printed.".formatted(MOST_CHARACTERS));
        }
    }

    /** An image that cannot be attributed is reported, and left out. */
    private List<Attribution> attribute(Attributor attributor) throws IOException {
        List<Attribution> attributions = new ArrayList<>();
        try (BatchAttributor batches = new BatchAttributor(attributor, model.threads.count());
                Sources images = new Sources(sources)) {
            for (List<SourceImage> batch = images.next(BatchAttributor.BATCH);
                    !batch.isEmpty();
                    batch = images.next(BatchAttributor.BATCH)) {
                for (Outcome outcome : batches.attribute(batch)) {
                    if (outcome instanceof Outcome.Attributed attributed) {
                        attributions.add(attributed.attribution());
                    } else {
                        spec.commandLine().getErr().println(OutcomeTable.line(outcome));
                    }
                }
            }
        }
        return attributions;
    }
}
