package dev.whence.attributor.reference;

import java.io.Serializable;
import java.util.Optional;

/**
 * What it takes to open a reference whose vectors a Milvus server holds. Implementations carry no token but know where to
 * read it, since this travels with a job's settings. Two that are equal open the same.
 */
public interface MilvusAccess extends Serializable {
    /** No token, no alias followed. */
    MilvusAccess PLAIN = new Plain();

    /** The server's access token, read anew by every call; empty for a server without access control. */
    Optional<String> token();

    /**
     * Whether searches go through the alias of the reference's version and index type. Then a running job searches another
     * build of the same images as soon as the alias points to it. Else it searches the collections that
     * {@code reference.json} names, come what may.
     */
    boolean followsAlias();

    /** @see #PLAIN */
    record Plain() implements MilvusAccess {
        @Override
        public Optional<String> token() {
            return Optional.empty();
        }

        @Override
        public boolean followsAlias() {
            return false;
        }
    }
}
