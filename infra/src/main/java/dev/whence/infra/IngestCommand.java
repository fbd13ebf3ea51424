package dev.whence.infra;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code whence ingest}. */
@Command(
        name = "ingest",
        description = {
            "Publish images to the topic whence.images.",
            "A file that is no image becomes a dead letter and never stops the others."
        },
        footerHeading = "%nExample:%n",
        footer = "  whence ingest photos/ archive.tar --platform my-site --bootstrap-servers 127.0.0.1:9092")
final class IngestCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "SOURCE", description = "Images: files, folders, .tar or .zip archives.")
    List<Path> sources;

    @Option(names = "--platform", required = true, paramLabel = "NAME", description = "Where the images were uploaded.")
    String platform;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9092",
            description = "Kafka to publish to (default: ${DEFAULT-VALUE}, where 'whence up' listens).")
    String bootstrapServers;

    @Option(names = "--rate", paramLabel = "N", description = "Images a second at most; no limit if not given.")
    Optional<Double> rate;

    @Option(names = "--json", description = "Print the counts as one JSON object.")
    boolean json;

    @Override
    public Integer call() {
        throw new UnsupportedOperationException("in the making");
    }
}
