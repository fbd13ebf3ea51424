package dev.whence.infra;

import dev.whence.attributor.reference.Reference;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code whence reference withdraw}. */
@Command(
        name = "withdraw",
        description = {
            "Withdraw real images: for every job that opens the reference afterwards they are neighbours of nothing.",
            "The reference stays the one that its bundles were trained against. Without an ID an interrupted withdrawal is"
                    + " finished. Images in other copies of the reference stay: withdraw them there."
        },
        footerHeading = "%nExample:%n",
        footer = "  whence reference withdraw --reference reference photo-17.jpg photo-23.jpg")
final class ReferenceWithdrawCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "ID",
            description =
                    "The image's id: its file name at the build, as verdicts show it under 'nearest'; that of any of its crops"
                            + " withdraws them all.")
    private List<String> ids = List.of();

    @Option(names = "--reference", required = true, paramLabel = "R", description = "Folder of the reference.")
    private Path reference;

    @Override
    public Integer call() {
        Reference.Withdrawn withdrawn = Reference.withdraw(reference, Set.copyOf(ids), EnvironmentAccess.PINNED);
        spec.commandLine()
                .getOut()
                .printf("%s: %,d withdrawn, %,d were before%n", reference, withdrawn.images(), withdrawn.before());
        return 0;
    }
}
