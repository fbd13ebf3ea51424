package dev.whence.infra;

import dev.whence.infra.stack.LocalStack;
import dev.whence.infra.stack.LocalStackSettings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.flink.connector.base.DeliveryGuarantee;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code whence up}. */
@Command(
        name = "up",
        description = {
            "Run the whole stack in this process until Ctrl-C: Kafka, the Flink job, metrics. Loopback only.",
            "Started again on the same folder it goes on where it stopped."
        },
        footerHeading = "%nExample:%n",
        footer = "  whence up --model model --reference reference")
final class UpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions model;

    @Mixin
    private DataOptions data;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description = "Port of Kafka; 0 for a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            defaultValue = "9464",
            description = "Port of the Prometheus metrics; 0 for a free one (default: ${DEFAULT-VALUE}).")
    private int metricsPort;

    @Mixin
    private DeliveryOptions delivery;

    @Override
    public Integer call() throws Exception {
        model.requireFolders();
        model.engine.require();
        LocalStackSettings settings = new LocalStackSettings(
                data.folder,
                model.model,
                model.reference,
                model.access(),
                model.engine,
                port,
                metricsPort,
                model.threads.count(),
                delivery.interval(),
                DeliveryGuarantee.valueOf(delivery.guarantee.name()),
                delivery.since);
        PrintWriter out = spec.commandLine().getOut();
        try (Foreground foreground = new Foreground();
                LocalStack stack = LocalStack.start(settings)) {
            stack.passedOver().ifPresent(newest -> out.printf("passes over %s%n", newest));
            stack.awaitRunning();
            out.printf("Kafka    %s (topic whence.images in, whence.provenance out)%n", stack.bootstrapServers());
            out.printf("metrics  %s%n", stack.metricsUri());
            out.printf("data     %s%n", data.folder);
            out.println("Ctrl-C stops it.");
            out.flush();
            foreground.await(stack);
        }
        return 0;
    }
}
