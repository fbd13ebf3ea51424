package dev.whence.infra;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
    @Parameters(arity = "1..*", paramLabel = "SOURCE", description = "Images: files, folders, .tar or .zip archives.")
    List<Path> sources;

    @Mixin
    ModelOptions model;

    @Option(names = "--json", description = "One JSON object a line for every image, in the order of the sources.")
    boolean json;

    @Override
    public Integer call() {
        throw new UnsupportedOperationException("in the making");
    }
}
