package dev.whence.infra;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the local stack keeps what outlives it. */
final class DataOptions {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "${env:WHENCE_DATA:-${sys:user.home}/.whence}",
            description = "Folder of the local stack's data (default: $WHENCE_DATA, else ~/.whence).")
    Path folder;

    /** Where images too large for a message wait. */
    Path blobs() {
        return folder.resolve("blobs");
    }
}
