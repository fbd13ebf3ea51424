package dev.whence.infra;

import dev.whence.attributor.Attributor;
import dev.whence.ingest.SourceImage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
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
            "  whence attribute --model model --reference reference images/ more.zip --json > verdicts.jsonl"
        })
final class AttributeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "SOURCE", description = "Images: files, folders, .tar or .zip archives.")
    private List<Path> sources;

    @Mixin
    private ModelOptions model;

    @Option(names = "--json", description = "One JSON object a line for every image, in the order of the sources.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            out.println(OutcomeTable.header());
        }
        try (Attributor attributor = model.open();
                BatchAttributor batches = new BatchAttributor(attributor, model.threads.count());
                Sources images = new Sources(sources);
                Progress progress = Progress.of("attributing", images.count())) {
            long done = 0;
            for (List<SourceImage> batch = images.next(BatchAttributor.BATCH);
                    !batch.isEmpty();
                    batch = images.next(BatchAttributor.BATCH)) {
                for (Outcome outcome : batches.attribute(batch)) {
                    out.println(json ? OutcomeJson.line(outcome) : OutcomeTable.line(outcome));
                }
                out.flush();
                done += batch.size();
                progress.at(done);
            }
        }
        return 0;
    }
}
