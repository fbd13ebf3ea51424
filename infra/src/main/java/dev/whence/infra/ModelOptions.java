package dev.whence.infra;

import dev.whence.attributor.Attributor;
import dev.whence.attributor.onnx.Inference;
import dev.whence.attributor.onnx.InferenceEngine;
import dev.whence.attributor.reference.MilvusAccess;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The bundle and the reference that belong together. */
final class ModelOptions {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "M",
            description = "Folder of the model bundle that 'whence train' wrote.")
    Path model;

    @Option(
            names = "--reference",
            required = true,
            paramLabel = "R",
            description = "Folder of the reference that the bundle was trained against.")
    Path reference;

    @Option(
            names = "--follow-alias",
            description =
                    "Search what the reference's alias on the Milvus server points to, and go on with another build"
                            + " of the same reference as soon as it points there.")
    private boolean followAlias;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "cpu",
            description =
                    "What runs the networks: cpu, cuda or tensorrt; one that does not run on the machine is refused"
                            + " (default: ${DEFAULT-VALUE}).")
    InferenceEngine engine;

    @Mixin
    ThreadOptions threads;

    MilvusAccess access() {
        return new EnvironmentAccess(followAlias);
    }

    Attributor open() throws CommandFailedException {
        return open(Optional.empty());
    }

    /** @param catalogue of generators that are known beside the bundle's; empty for none */
    Attributor open(Optional<Path> catalogue) throws CommandFailedException {
        requireFolders();
        return Attributor.open(model, catalogue, reference, new Inference(engine, threads.count()), access());
    }

    void requireFolders() throws CommandFailedException {
        require(model, "model bundle", "whence train");
        require(reference, "reference", "whence reference build");
    }

    private static void require(Path folder, String what, String maker) throws CommandFailedException {
        if (!folder.toFile().exists()) {
            throw new CommandFailedException(
                    "There is no %s: name the folder of a %s that '%s' wrote.".formatted(folder, what, maker));
        }
    }
}
