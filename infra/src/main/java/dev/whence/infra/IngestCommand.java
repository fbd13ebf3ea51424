package dev.whence.infra;

import dev.whence.ingest.ImagePublisher;
import dev.whence.ingest.ImageSource;
import dev.whence.ingest.Pace;
import dev.whence.ingest.PublishingResult;
import dev.whence.schemas.ErrorCode;
import dev.whence.schemas.blob.LocalBlobStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code whence ingest}. */
@Command(
        name = "ingest",
        description = {
            "Publish images to the topic whence.images.",
            "A file that is no image becomes a dead letter and never stops the others."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  whence ingest photos/ archive.tar --platform my-site",
            "  whence ingest photos/ --platform my-site --bootstrap-servers kafka:9092"
        })
final class IngestCommand implements Callable<Integer> {
    private static final int CONNECT_MILLIS = 5000;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "SOURCE", description = "Images: files, folders, .tar or .zip archives.")
    private List<Path> sources;

    @Option(names = "--platform", required = true, paramLabel = "NAME", description = "Where the images were uploaded.")
    private String platform;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9092",
            description = "Kafka to publish to (default: ${DEFAULT-VALUE}, where 'whence up' listens).")
    private String bootstrapServers;

    @Option(names = "--rate", paramLabel = "N", description = "Images a second at most; no limit if not given.")
    private Optional<Double> rate;

    @Mixin
    private DataOptions data;

    @Option(names = "--json", description = "Print the counts as one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        requireKafka();
        long count = 0;
        for (Path source : sources) {
            count += ImageSource.count(source);
        }
        long published = 0;
        Map<ErrorCode, Long> deadLetters = new TreeMap<>();
        AtomicLong handled = new AtomicLong();
        Pace pace = rate.map(Pace::of).orElseGet(Pace::unlimited);
        try (ImagePublisher publisher = ImagePublisher.connect(
                        Map.of("bootstrap.servers", bootstrapServers), new LocalBlobStore(data.blobs()), pace);
                Progress progress = Progress.of("publishing", count)) {
            for (Path source : sources) {
                try (ImageSource images = ImageSource.open(source)) {
                    PublishingResult result = publisher.publish(
                            images, platform, (image, rejected) -> progress.at(handled.incrementAndGet()));
                    published += result.published();
                    result.deadLetters().forEach((code, letters) -> deadLetters.merge(code, letters, Long::sum));
                }
            }
        }
        spec.commandLine().getOut().println(json ? json(published, deadLetters) : text(published, deadLetters));
        return 0;
    }

    private static String text(long published, Map<ErrorCode, Long> deadLetters) {
        return "published %,d; dead letters %,d%s"
                .formatted(
                        published,
                        deadLetters.values().stream().mapToLong(Long::longValue).sum(),
                        deadLetters.isEmpty() ? "" : " " + deadLetters);
    }

    private static String json(long published, Map<ErrorCode, Long> deadLetters) {
        return "{\"published\":%d,\"deadLetters\":{%s}}"
                .formatted(
                        published,
                        deadLetters.entrySet().stream()
                                .map(letters -> "\"%s\":%d".formatted(letters.getKey(), letters.getValue()))
                                .collect(Collectors.joining(",")));
    }

    /** Kafka's own client tries for a minute and then does not say that nobody was there. */
    private void requireKafka() throws CommandFailedException {
        for (String server : bootstrapServers.split(",", -1)) {
            int colon = server.lastIndexOf(':');
            try (Socket socket = new Socket()) {
                int port = Integer.parseInt(server.substring(colon + 1).strip());
                socket.connect(
                        new InetSocketAddress(
                                server.substring(0, Math.max(0, colon)).strip(), port),
                        CONNECT_MILLIS);
                return;
            } catch (NumberFormatException e) {
                throw new CommandFailedException(
                        "%s is no HOST:PORT: give --bootstrap-servers like 127.0.0.1:9092".formatted(server), e);
            } catch (IOException e) {
                // The next one may answer.
            }
        }
        throw new CommandFailedException(
                "No Kafka answers at %s: start one with 'whence up', or name another with --bootstrap-servers"
                        .formatted(bootstrapServers));
    }
}
