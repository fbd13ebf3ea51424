package dev.whence.infra;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
    @Mixin
    ModelOptions model;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:WHENCE_DATA:-${sys:user.home}/.whence}",
            description = "Folder of the stack's data (default: $WHENCE_DATA, else ~/.whence).")
    Path data;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description = "Port of Kafka (default: ${DEFAULT-VALUE}).")
    int port;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            defaultValue = "9464",
            description = "Port of the Prometheus metrics (default: ${DEFAULT-VALUE}).")
    int metricsPort;

    @Override
    public Integer call() {
        throw new UnsupportedOperationException("in the making");
    }
}
