package dev.whence.infra;

import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.reference.ReferenceStore;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code whence reference copy}. */
@Command(
        name = "copy",
        description = {
            "Copy a reference into another engine, or into another index of the same, and compare every bit.",
            "It stays the same reference: bundles trained against the one run with the other."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  whence reference copy --reference reference --out on-server --store milvus --uri http://127.0.0.1:19530",
            "  whence reference copy --reference on-server --out local"
        })
final class ReferenceCopyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--reference", required = true, paramLabel = "R", description = "Folder of the reference.")
    private Path reference;

    @Option(names = "--out", required = true, paramLabel = "R2", description = "Folder to write; new or empty.")
    private Path out;

    @Mixin
    private StoreOptions store;

    @Mixin
    private ThreadOptions threads;

    @Override
    public Integer call() {
        ReferenceStore target = store.store();
        try (Progress progress = Progress.of("copying", Reference.vectors(reference))) {
            long images =
                    Reference.copy(reference, out, target, threads.count(), EnvironmentAccess.PINNED, progress::at);
            spec.commandLine().getOut().printf("%s: %,d real images, every bit the same%n", out, images);
        }
        return 0;
    }
}
