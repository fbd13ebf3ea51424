package dev.whence.infra;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whence.attributor.CanonicalImage;
import dev.whence.attributor.bundle.ModelBundle;
import dev.whence.attributor.reference.Finding;
import dev.whence.attributor.reference.Finding.Level;
import dev.whence.attributor.reference.Reference;
import dev.whence.attributor.reference.ReferenceCheckup;
import dev.whence.attributor.space.Embedder;
import dev.whence.attributor.space.EmbeddingSpace;
import dev.whence.vectorstore.ReferenceStoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code whence doctor}. */
@Command(
        name = "doctor",
        description = {
            "Check the machine, a model bundle, a reference and its Milvus server: one line a check, with what to do.",
            "Changes nothing. Exit code 0: all is well, 1: a warning, 2: a check failed."
        },
        exitCodeList = {"0:all is well", "1:a warning, or the doctor itself failed", "2:a check failed, or wrong use"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  whence doctor --reference reference --model model",
            "  whence doctor --uri http://127.0.0.1:19530 --json"
        })
final class DoctorCommand implements Callable<Integer> {
    private static final int OLDEST_JAVA = 17;
    private static final long MEBIBYTE = 1L << 20;
    private static final long LITTLE_DISK = 1024 * MEBIBYTE;
    private static final long NO_DISK = 64 * MEBIBYTE;
    private static final long LITTLE_HEAP = 512 * MEBIBYTE;

    @Spec
    private CommandSpec spec;

    @Option(names = "--reference", paramLabel = "R", description = "Folder of a reference.")
    private Optional<Path> reference = Optional.empty();

    @Option(names = "--model", paramLabel = "M", description = "Folder of a model bundle.")
    private Optional<Path> model = Optional.empty();

    @Option(
            names = "--uri",
            paramLabel = "URI",
            description = "A Milvus server, http://HOST:PORT; that of the reference is checked with the reference.")
    private Optional<String> uri = Optional.empty();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    private DataOptions data;

    @Mixin
    private ThreadOptions threads;

    @Override
    public Integer call() {
        List<Finding> findings = new ArrayList<>();
        findings.add(java(Runtime.version().feature()));
        findings.add(memory(Runtime.getRuntime().maxMemory()));
        findings.add(disk("disk of the data", data.folder));
        findings.add(nativeLibraries());
        reference.ifPresent(
                folder -> findings.addAll(ReferenceCheckup.of(folder, threads.count(), EnvironmentAccess.PINNED)));
        model.ifPresent(folder -> findings.addAll(bundle(folder)));
        uri.ifPresent(server -> findings.addAll(ReferenceCheckup.ofServer(server, EnvironmentAccess.PINNED)));
        Level worst = findings.stream()
                .map(Finding::level)
                .max(Comparator.naturalOrder())
                .orElse(Level.OK);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(json(findings, worst));
        } else {
            findings.forEach(
                    finding -> out.printf("%-4s  %-18s  %s%n", finding.level(), finding.check(), finding.says()));
        }
        return switch (worst) {
            case OK -> 0;
            case WARN -> 1;
            case FAIL -> 2;
        };
    }

    static Finding java(int feature) {
        return feature < OLDEST_JAVA
                ? Finding.fail("Java", "%d: point JAVA_HOME to a JDK %d or newer".formatted(feature, OLDEST_JAVA))
                : Finding.ok("Java", Integer.toString(feature));
    }

    static Finding memory(long heap) {
        String says = "heap of at most %,d MiB".formatted(heap / MEBIBYTE);
        return heap < LITTLE_HEAP
                ? Finding.warn("memory", says + ": give it more, WHENCE_JAVA_OPTIONS=-Xmx1g for one")
                : Finding.ok("memory", says);
    }

    private static Finding disk(String check, Path folder) {
        Path there = folder.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        try {
            return disk(check, there, Files.getFileStore(there).getUsableSpace());
        } catch (IOException e) {
            return Finding.fail(check, "%s cannot be asked how full it is: %s".formatted(there, e.getMessage()));
        }
    }

    static Finding disk(String check, Path folder, long free) {
        String says = "%,d MiB free at %s".formatted(free / MEBIBYTE, folder);
        if (free < NO_DISK) {
            return Finding.fail(check, says + ": make room, or name another folder with --data");
        }
        return free < LITTLE_DISK ? Finding.warn(check, says + ": make room soon") : Finding.ok(check, says);
    }

    /** Embeds one black image: loads ONNX Runtime and runs it. */
    private static Finding nativeLibraries() {
        int size = 8;
        try (Embedder embedder = Embedder.of(List.of(EmbeddingSpace.RGB), size, 1)) {
            embedder.embed(List.of(new CanonicalImage("0".repeat(64), size, new byte[size * size * 3])));
            return Finding.ok("native libraries", "ONNX Runtime loads and runs");
        } catch (RuntimeException | LinkageError e) {
            return Finding.fail(
                    "native libraries",
                    "ONNX Runtime does not run, is this platform supported and is the temporary folder writable? "
                            + e.getMessage());
        }
    }

    private List<Finding> bundle(Path folder) {
        List<Finding> findings = new ArrayList<>();
        try {
            ModelBundle bundle = ModelBundle.open(folder);
            findings.add(Finding.ok(
                    "bundle",
                    "%s %s, every hash is right"
                            .formatted(
                                    bundle.manifest().name(), bundle.manifest().version())));
            if (reference.isPresent()) {
                try (Reference real = Reference.open(reference.get(), 1, EnvironmentAccess.PINNED)) {
                    bundle.requireReference(real);
                    findings.add(Finding.ok("bundle's reference", "is this one"));
                }
            }
        } catch (IllegalArgumentException | ReferenceStoreException e) {
            findings.add(Finding.fail(findings.isEmpty() ? "bundle" : "bundle's reference", e));
        }
        return findings;
    }

    private static String json(List<Finding> findings, Level worst) {
        ObjectNode object = JsonNodeFactory.instance.objectNode().put("level", worst.name());
        var checks = object.putArray("checks");
        findings.forEach(finding -> checks.addObject()
                .put("level", finding.level().name())
                .put("check", finding.check())
                .put("says", finding.says()));
        return object.toString();
    }
}
