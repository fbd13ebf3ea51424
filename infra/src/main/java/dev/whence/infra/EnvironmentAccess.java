package dev.whence.infra;

import dev.whence.attributor.reference.MilvusAccess;
import java.util.Optional;

/** The token of the Milvus server is in the environment, nowhere else. */
record EnvironmentAccess(boolean followsAlias) implements MilvusAccess {
    static final String VARIABLE = "WHENCE_MILVUS_TOKEN";
    static final EnvironmentAccess PINNED = new EnvironmentAccess(false);

    @Override
    public Optional<String> token() {
        return Optional.ofNullable(System.getenv(VARIABLE)).filter(token -> !token.isBlank());
    }
}
