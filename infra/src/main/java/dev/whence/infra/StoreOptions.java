package dev.whence.infra;

import dev.whence.attributor.reference.ReferenceStore;
import dev.whence.vectorstore.milvus.MilvusIndex;
import dev.whence.vectorstore.milvus.MilvusSettings;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a new reference keeps its vectors. */
final class StoreOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--store",
            paramLabel = "ENGINE",
            defaultValue = "embedded",
            description = "Where the vectors are kept: embedded (in the folder, searched in process) or milvus (on a"
                    + " server) (default: ${DEFAULT-VALUE}).")
    private Engine store;

    @Option(
            names = "--uri",
            paramLabel = "URI",
            description = "The Milvus server, http://HOST:PORT; its access token is read from WHENCE_MILVUS_TOKEN.")
    private Optional<String> uri = Optional.empty();

    @Option(
            names = "--index",
            paramLabel = "INDEX",
            description = "Index on the Milvus server: FLAT searches all, others are faster and miss some, as"
                    + " HNSW:M=16,efConstruction=200,ef=64; FLAT if not given.")
    private Optional<String> index = Optional.empty();

    ReferenceStore store() {
        if (store == Engine.EMBEDDED) {
            if (uri.isPresent() || index.isPresent()) {
                throw wrong("--uri and --index go with --store milvus.");
            }
            return new ReferenceStore.Embedded();
        }
        String server = uri.orElseThrow(() -> wrong("--store milvus needs --uri http://HOST:PORT."));
        try {
            // Refuses an address with a password in it, which reference.json would keep.
            return new ReferenceStore.Milvus(
                    MilvusSettings.of(server).uri(), MilvusIndex.parse(index.orElse("FLAT")), EnvironmentAccess.PINNED);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    private enum Engine {
        EMBEDDED,
        MILVUS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
