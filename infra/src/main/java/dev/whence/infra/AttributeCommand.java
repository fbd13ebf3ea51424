package dev.whence.infra;

import dev.whence.attributor.Attribution;
import dev.whence.attributor.Attributor;
import dev.whence.ingest.SourceImage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code whence attribute}. */
@Command(
        name = "attribute",
        description = {
            "Say of every image whence it comes, without a stream.",
            "An image that cannot be attributed is reported in its place and never stops the others: the exit code is 0"
                    + " when every image was reported."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  whence attribute --model model --reference reference photo.jpg",
            "  whence attribute --model model --reference reference images/ more.zip --json > verdicts.jsonl",
            "  whence attribute --model model --reference reference --together account-1/ account-2.zip"
        })
final class AttributeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "SOURCE", description = "Images: files, folders, .tar or .zip archives.")
    private List<Path> sources;

    @Mixin
    private ModelOptions model;

    @Option(
            names = "--catalogue",
            paramLabel = "C",
            description = "Generators that 'whence enroll' made known besides.")
    private Optional<Path> catalogue;

    @Option(
            names = "--together",
            description = "The images of a SOURCE all come from one source: after them comes one verdict for them all.")
    private boolean together;

    @Option(names = "--json", description = "One JSON object a line for every image, in the order of the sources.")
    private boolean json;

    private long done;

    @Override
    public Integer call() throws Exception {
        try (Attributor attributor = model.open(catalogue);
                BatchAttributor batches = new BatchAttributor(attributor, model.threads.count());
                Sources images = new Sources(sources);
                Progress progress = Progress.of("attributing", images.count())) {
            if (!json) {
                out().println(OutcomeTable.header());
            }
            if (together) {
                for (Path source : sources) {
                    try (Sources one = new Sources(List.of(source))) {
                        print(source, attribute(one, batches, progress), attributor);
                    }
                }
            } else {
                attribute(images, batches, progress);
            }
        }
        return 0;
    }

    /** Prints the outcome of every image; the attributions that there are. */
    private List<Attribution> attribute(Sources images, BatchAttributor batches, Progress progress) {
        List<Attribution> attributions = new ArrayList<>();
        for (List<SourceImage> batch = images.next(BatchAttributor.BATCH);
                !batch.isEmpty();
                batch = images.next(BatchAttributor.BATCH)) {
            for (Outcome outcome : batches.attribute(batch)) {
                out().println(json ? OutcomeJson.line(outcome) : OutcomeTable.line(outcome));
                if (together && outcome instanceof Outcome.Attributed attributed) {
                    attributions.add(attributed.attribution());
                }
            }
            out().flush();
            done += batch.size();
            progress.at(done);
        }
        return attributions;
    }

    private void print(Path source, List<Attribution> images, Attributor attributor) {
        Outcome outcome = images.isEmpty()
                ? new Outcome.Rejected(source.toString(), "NO_IMAGES", "None of its images can be attributed.")
                : new Outcome.Attributed(source.toString(), attributor.together(images));
        out().println(
                        json
                                ? OutcomeJson.together(outcome, images.size())
                                : OutcomeTable.together(outcome, images.size()));
        out().flush();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
